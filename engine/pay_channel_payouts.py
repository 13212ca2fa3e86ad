"""How a pay channel's money reaches the bank, as its file tells it: `[payout]`, and `[bill_box]` of
one that hands its bills over as files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from engine.pay_channel_calls import PLACEHOLDER, Strict, Unpack
from engine.profiles import FileSource

_MAY_NAME = frozenset({"merchant", "day"})


@dataclass(frozen=True)
class TwoFiles:
    """A zip with the trades of a day and, beside them, the errors and adjustments: what each file
    is called, without its ending, and the layout of the second."""

    trades: str
    errors: str
    errors_layout: str


class BillBox(FileSource):
    """A place into which a channel puts a file for each day on which money moved.

    `file` is its name there, with * and ?, {merchant} and {day}, the bill's day by `days`; `member`
    which file of a zip, by a part of its name. What lets us into an SFTP server is `keys.box`.

    A zip may hold the errors and adjustments of the day beside its trades: then `member` and
    `errors` are both names, whole but for their ending, with {merchant} and {day}, and
    `errors_layout` is the layout of the second file.
    """

    file: str = Field(min_length=1)
    days: str = Field("%Y%m%d", description="strftime pattern of the day in the name")
    unpack: Unpack = "nothing"
    member: str = ""
    errors: str = ""
    errors_layout: str = Field("", pattern=r"^[a-z0-9-]*$")

    def name_of(self, merchant: str, day: date) -> str:
        """What the file of a day is called."""
        return self._named(self.file, merchant, day)

    def two_files(self, merchant: str, day: date) -> TwoFiles | None:
        """What the two files in a day's zip are called; None when its bill is one file."""
        if not self.errors:
            return None
        trades, errors = (self._named(name, merchant, day) for name in (self.member, self.errors))
        return TwoFiles(trades, errors, self.errors_layout)

    def _named(self, template: str, merchant: str, day: date) -> str:
        return template.format(merchant=merchant, day=day.strftime(self.days))

    def faults(self) -> Iterator[str]:
        """What is wrong with it, as "place: reason"."""
        named = set(PLACEHOLDER.findall(self.file))
        for word in sorted(named - _MAY_NAME):
            yield f"bill_box.file: nothing is called {{{word}}}, there is day, merchant"
        for word in sorted(_MAY_NAME - named):
            yield f"bill_box.file: {{{word}}} is not in it, so two bills would look alike"
        if not self.errors:
            return
        for name, template in (("member", self.member), ("errors", self.errors)):
            if set(PLACEHOLDER.findall(template)) != _MAY_NAME:
                yield f"bill_box.{name}: {{day}} and {{merchant}} must be in it, and no other name"
        if self.unpack != "zip" or not self.errors_layout:
            yield "bill_box.errors: needs a zip, and errors_layout"


class Payout(Strict):
    """One credit for each day of which there is a bill, less refunds and fees.

    `bill_layout` names the file below counterparties/layouts by which the bill is read; `reference`
    is what the bank shows of the credit, with {merchant} and {day}, the bill's day as YYYYMMDD;
    `pays_as` the name of whoever pays, as the bank prints it; `bill_merchant` how the bill names
    us, with {merchant}.
    """

    bill_layout: str = Field(pattern=r"^[a-z0-9-]+$")
    reference: str = Field(min_length=1)
    pays_as: str = ""
    bill_merchant: str = Field("{merchant}", min_length=1)
    source: str = Field(min_length=1)

    def reference_of(self, merchant: str, day: date) -> str:
        """What the bank shows of the credit for a day's bill."""
        return self.reference.format(merchant=merchant, day=f"{day:%Y%m%d}")

    def bill_merchant_of(self, merchant: str) -> str:
        """The merchant number that must stand in our bills."""
        return self.bill_merchant.format(merchant=merchant)

    def faults(self) -> Iterator[str]:
        """What is wrong with it, as "place: reason"."""
        named = set(PLACEHOLDER.findall(self.reference))
        for word in sorted(named - _MAY_NAME):
            yield f"payout.reference: nothing is called {{{word}}}, there is day, merchant"
        if "day" not in named:
            yield "payout.reference: {day} is not in it, so two days would look alike"
        if set(PLACEHOLDER.findall(self.bill_merchant)) != {"merchant"}:
            yield "payout.bill_merchant: {merchant} must be in it, and no other name"
