"""Only the prover makes a `Proved`, and only of what holds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from domain.proof import (
    DocumentForm,
    Equation,
    NotProved,
    NotProvedHere,
    Place,
    Problem,
    ProofKind,
    Proved,
    Reading,
    prove,
)


@dataclass(frozen=True)
class Purse:
    """Coins and what somebody wrote on the purse."""

    coins: tuple[int, ...]
    written: int

    def equations(self) -> list[Equation]:
        return [Equation("coins = what is written", sum(self.coins), self.written)]


UNIT = Equation("the unit is the declared one", 1, 1, ProofKind.UNIT)
SECOND = Equation("both see the same", 3, 3, ProofKind.SECOND)


def reading(*equations: Equation, form: DocumentForm = DocumentForm.MESSAGE) -> Reading:
    return Reading("a" * 64, "test 1", "purse", 1, form, equations)


def test_what_adds_up_is_proved_with_everything_that_was_exercised() -> None:
    proved = prove(Purse((2, 3), 5), reading(UNIT))
    assert proved.value == Purse((2, 3), 5)
    assert [(e.kind, e.name, e.left_minor, e.right_minor) for e in proved.equations] == [
        ("unit", "the unit is the declared one", 1, 1),
        ("total", "coins = what is written", 5, 5),
    ]


@pytest.mark.parametrize("written", [4, 6])
def test_one_coin_too_many_or_too_few_is_refused_with_both_numbers(written: int) -> None:
    with pytest.raises(NotProved) as refused:
        prove(Purse((2, 3), written), reading())
    assert refused.value.problems == [f"coins = what is written: 5 is not {written}"]


def test_a_reading_that_does_not_hold_is_refused_although_the_value_adds_up() -> None:
    differs = Equation("both see the same", 3, 4, ProofKind.SECOND)
    with pytest.raises(NotProved, match="both see the same: 3 is not 4"):
        prove(Purse((5,), 5), reading(differs))


@pytest.mark.parametrize("form", [DocumentForm.TABLE, DocumentForm.PRINTED])
@pytest.mark.parametrize(
    ("given", "missing"),
    [((UNIT,), "nothing proves its second"), ((SECOND,), "nothing proves its unit")],
)
def test_what_a_layout_reads_needs_its_unit_and_a_second_reading(
    form: DocumentForm, given: tuple[Equation, ...], missing: str
) -> None:
    with pytest.raises(NotProved) as refused:
        prove(Purse((5,), 5), reading(*given, form=form))
    assert refused.value.problems == [missing]
    assert prove(Purse((5,), 5), reading(UNIT, SECOND, form=form)).value.written == 5


def test_a_value_without_a_total_proves_nothing() -> None:
    @dataclass(frozen=True)
    class Hat:
        def equations(self) -> list[Equation]:
            return [Equation("one hat", 1, 1, ProofKind.ORDER)]

    with pytest.raises(NotProved, match="nothing proves its total"):
        prove(Hat(), reading())


def test_nobody_but_the_prover_makes_a_proved() -> None:
    with pytest.raises(NotProvedHere):
        Proved(Purse((5,), 5), reading())


def test_no_copy_of_a_proved_holds_another_value() -> None:
    proved = prove(Purse((5,), 5), reading())
    with pytest.raises(NotProvedHere):
        replace(proved, value=Purse((6,), 5))


def test_a_proof_grows_by_what_holds_and_by_nothing_else() -> None:
    proved = prove(Purse((5,), 5), reading())
    ours = Equation("it is ours", 1, 1, ProofKind.IDENTITY)
    assert proved.tied([ours]).equations == (*proved.equations, ours)
    with pytest.raises(NotProved, match="it is ours: 0 is not 1"):
        proved.tied([replace(ours, left_minor=0)])


def test_a_problem_says_what_is_wrong_and_where() -> None:
    assert str(
        Problem("12.00 is not 13.00", line=7, column=3, field="借方", name="TotalDisagrees")
    ) == ("TotalDisagrees: line 7, column 3, 借方: 12.00 is not 13.00")
    assert str(Problem("is empty", page=2)) == "page 2: is empty"
    assert (Place(line=3).line, Place(2, 1, 1, 2, 2).page) == (3, 2)
