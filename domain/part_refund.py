"""What goes back for goods, divided among those who paid for the sale as they paid, to the fen.

Always counted over all goods that came back so far, less what went back before. So it never
matters in how many parts, or in which order, they come.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.money import Money


class MoreGoodsThanWereSold(ValueError):
    """Goods of a greater worth than the sale are to come back."""

    def __init__(self, goods: Money, sold: Money) -> None:
        self.goods, self.sold = goods, sold
        super().__init__(f"Goods worth {goods} cannot come back of a sale of {sold}.")


def shares_back(
    goods: Money, *, before: Money, sold: Money, paid: Sequence[Money]
) -> tuple[Money, ...]:
    """What each gets back for `goods`, in the order of `paid`, which is what each paid.

    `before` is the worth of goods that came back earlier, `sold` that of the sale; prices include
    tax. Raises: MoreGoodsThanWereSold.
    """
    earlier = _shares_so_far(before, sold, paid)
    so_far = _shares_so_far(before + goods, sold, paid)
    return tuple(after - known for after, known in zip(so_far, earlier, strict=True))


def _shares_so_far(goods: Money, sold: Money, paid: Sequence[Money]) -> tuple[Money, ...]:
    """The first gets its rounded share, and the others divide the rest in the same way.

    Each step divides between two, and of two rounded shares neither ever shrinks when there is
    more to divide, nor exceeds what was paid.
    """
    if goods > sold:
        raise MoreGoodsThanWereSold(goods, sold)
    all_paid = Money.total(paid, sold.currency)
    left, left_paid, found = _rounded(all_paid, goods, sold), all_paid, []
    for one in paid:
        share = _rounded(one, left, left_paid) if left_paid else left
        found.append(share)
        left, left_paid = left - share, left_paid - one
    return tuple(found)


def _rounded(amount: Money, part: Money, whole: Money) -> Money:
    """`part` in `whole` of an amount, half a fen up."""
    twice = 2 * amount.minor * part.minor
    return Money((twice + whole.minor) // (2 * whole.minor), amount.currency)
