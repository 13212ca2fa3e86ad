"""What the demo shows while it runs: every case with its stage and what it waits for."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from domain.lifecycle import ENDED, CaseStage
from runtime.wiring import Parts
from store import cases, reviews
from store.cases import CaseView

_COLOURS = {
    CaseStage.CLOSED: "green",
    CaseStage.RETURNED: "yellow",
    CaseStage.CANCELLED: "yellow",
    CaseStage.COLLECTING: "cyan",
    CaseStage.CLAIMING: "cyan",
}
_WAITING = {
    CaseStage.OPENED: "lots in the ERP 备货",
    CaseStage.RESERVED: "the carrier's pick-up 揽收",
    CaseStage.SHIPPED: "proof of delivery 签收",
    CaseStage.DELIVERED: "the tax invoice 开票",
    CaseStage.INVOICED: "the claim 申报",
    CaseStage.CLAIMING: "the payer's answer 审核与赔付",
    CaseStage.COLLECTING: "money in the bank 到账",
}


class Progress:
    """A live picture; the store is read once a simulated day."""

    def __init__(self, order_nos: list[str], *, days: int) -> None:
        self.order_nos, self.days = order_nos, days
        self.now: datetime | None = None
        self.day = 0
        self.cases: dict[str, CaseView] = {}
        self.asked: dict[str, str] = {}

    def show_day(self, now: datetime, parts: Parts) -> None:
        """Take in how things stand at the end of a day."""
        with parts.database.reading() as session:
            self.cases = {case.case_no: case for case in cases.list_cases(session)}
            self.asked = {
                review.case_no: review.kind
                for review in reviews.inbox(session)
                if review.case_no is not None
            }
        self.day = self.day + 1 if self.now else 0
        self.now = now

    def closed(self, parts: Parts) -> bool:
        """Whether a first case has reached reconciled money."""
        with parts.database.reading() as session:
            return bool(cases.list_cases(session, stage=CaseStage.CLOSED, limit=1))

    def __rich__(self) -> RenderableType:
        """Draw it."""
        when = f"{self.now:%Y-%m-%d %a}" if self.now else "starting"
        head = Text.assemble(("Huikuan 回款  ", "bold"), f"{when}  day {self.day} of {self.days}")
        bar = ProgressBar(total=self.days, completed=self.day, width=60)
        return Group(head, bar, self._stages(), self._table())

    def _stages(self) -> Text:
        counted = Text()
        for stage in CaseStage:
            count = sum(case.stage is stage for case in self.cases.values())
            if count:
                counted.append(f"{stage} {count}   ", _COLOURS.get(stage, "white"))
        return counted

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 1))
        for name in ("order", "stage", "open 未清", "waits for 等待"):
            table.add_column(name, justify="right" if "open" in name else "left")
        for number in self.order_nos:
            case = self.cases.get(number)
            if case is None:
                continue
            table.add_row(
                number,
                Text(case.stage, _COLOURS.get(case.stage, "white")),
                case.open.grouped() if case.open else "",
                self._waits_for(case),
            )
        return table

    def _waits_for(self, case: CaseView) -> Text:
        if case.case_no in self.asked:
            return Text(f"a person 人工: {self.asked[case.case_no]}", "magenta")
        if case.stage in ENDED:
            return Text("")
        return Text(_WAITING[case.stage], "dim")
