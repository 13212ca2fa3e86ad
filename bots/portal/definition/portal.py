"""One whole portal, and what must hold between its parts: nothing is named that is not there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Self

from pydantic import Field as Say
from pydantic import model_validator

from bots.portal.definition import steps
from bots.portal.definition.access import EvidenceRule, Login, Marks, Politeness
from bots.portal.definition.forms import Form, FormKind
from bots.portal.definition.parts import Key, Page, Part, Pattern
from bots.portal.definition.protocol import Commit, Listing, Progress, Receipt, RequestRule
from bots.portal.definition.steps import Step

LISTED = frozenset({"receipt"})
"""What the columns of a listing must tell at least."""
REMITTED = frozenset({"remittance_no", "paid_on", "total"})
TICKETS = frozenset({"ticket", "state", "reason"})
FORMAT: Literal[2] = 2
RehearsalKey = Literal[
    "claim_no", "order_no", "invoice_no", "member_no", "patient_name", "insurer_code"
]
"""What a portal may want of a made-up claim: members and codes that it knows."""
_OF_A_FORM = ("submit", "commit", "receipt", "listing", "progress")


class Status(Part):
    """The page of one claim, which tells what was decided.

    Without steps to reach it, its path holds {receipt}. `absent` is the page of an unknown receipt.
    """

    page: str
    reach: tuple[Step, ...] = ()
    absent: str = ""
    time_format: str = "%Y-%m-%d %H:%M:%S"


class Void(Part):
    """The button that takes a claim back, on the page of the claim. Voiding twice is once.

    `confirm` is the page, with its button, on which the portal asks whether one is sure.
    """

    page: str
    button: str
    dialogs: tuple[str, ...] = ()
    confirm: str = ""
    confirm_button: str = ""


class Remittances(Part):
    """The list of remittances; the link in the column `download` leads to the document.

    Without a `button` there is no search: the whole list is read, and what is older left out.
    Where a script fetches the document, `address` is its path, with {remittance_no}.
    """

    page: str
    button: str = "search"
    fields: tuple[str, ...] = ()
    reach: tuple[Step, ...] = ()
    day_format: str = "%Y-%m-%d"
    address: str = ""


class PortalDefinition(Part):
    """Everything that the bot knows about one portal; `url` is where it stands, without a path.

    `writes` are all requests that change something and are not the commit: any other one is kept
    from leaving, because it means that the portal is not the one that is described here. So do
    complaints that match `never`: what we type cannot cause them.
    `forms` are what else may be handed in; `form` says which one this definition is of.
    """

    format: Literal[2]
    url: str = ""
    name: str
    page_wait_s: float = Say(15.0, gt=0)
    answer_wait_s: float = Say(30.0, gt=0)
    politeness: Politeness = Politeness.model_validate({})
    marks: Marks
    login: Login
    pages: dict[Key, Page] = Say(min_length=1)
    submit: tuple[Step, ...] = Say(min_length=1)
    commit: Commit
    receipt: Receipt
    listing: Listing
    progress: Progress | None = None
    statuses: dict[str, str] = Say(default_factory=dict)
    status: Status | None = None
    void: Void | None = None
    remittances: Remittances | None = None
    writes: tuple[RequestRule, ...] = ()
    never: tuple[Pattern, ...] = ()
    causes: dict[str, str] = Say(default_factory=dict)
    rehearsal: dict[RehearsalKey, str] = Say(default_factory=dict)
    evidence: EvidenceRule = EvidenceRule()
    forms: dict[Literal["appeal", "clearing"], Form] = Say(default_factory=dict)
    form: FormKind = Say("claim", exclude=True)
    hash: str = Say("", exclude=True)

    def of(self, kind: FormKind) -> PortalDefinition:
        """The same portal, for handing in this: its walk, its commit, its receipt and its list.

        Every other commit is a write that no rule knows, so a run for one of them sends no other.
        Raises: NoSuchForm.
        """
        if kind == self.form:
            return self
        if kind == "claim" or kind not in self.forms:
            raise NoSuchForm(self.name, kind)
        form = self.forms[kind]
        own: dict[str, object] = {name: getattr(form, name) for name in Form.model_fields}
        others: dict[str, object] = {"status": None, "void": None, "remittances": None, "forms": {}}
        return self.model_copy(update={**own, **others, "form": kind})

    @model_validator(mode="after")
    def _names_only_what_is_there(self) -> Self:
        missing = [*self._missing_pages(), *self._missing_parts()]
        for kind in self.forms:
            form = self.of(kind)
            told = [*form._missing_pages(), *form._missing_parts()]
            missing += [f"forms.{kind}.{one}" for one in told if one.startswith(_OF_A_FORM)]
        if missing:
            raise ValueError("; ".join(missing))
        return self

    def _missing_pages(self) -> Iterator[str]:
        named = [
            ("login.page", self.login.page),
            ("login.home", self.login.home),
            ("login.code_page", self.login.code_page),
            ("login.notice_page", self.login.notice_page),
            ("commit.page", self.commit.page),
            ("receipt.page", self.receipt.page),
            ("listing.page", self.listing.page),
        ]
        for part, where in ((self.status, "status"), (self.void, "void")):
            if part is not None:
                named.append((f"{where}.page", part.page))
        if self.status is not None:
            named.append(("status.absent", self.status.absent))
        if self.remittances is not None:
            named.append(("remittances.page", self.remittances.page))
        named += self._windows()
        if self.progress is not None:
            named.append(("progress.page", self.progress.page))
        for where, key in named:
            if key and key not in self.pages:
                yield f"{where}: there is no page {key}"

    def _windows(self) -> Iterator[tuple[str, str]]:
        for key, page in self.pages.items():
            for name, field in page.fields.items():
                if field.picker is not None:
                    yield f"pages.{key}.fields.{name}.picker.page", field.picker.page

    def _missing_parts(self) -> Iterator[str]:
        sends = [step for step in self.submit if isinstance(step, steps.Send)]
        if len(sends) != 1 or self.submit[-1] is not sends[0]:
            yield "submit: must end with its only commit"
        listing = self.pages.get(self.listing.page)
        if listing is not None:
            columns = set(listing.table.columns) if listing.table else set()
            wanted = LISTED | set(self.listing.match)
            if wanted - columns:
                yield f"listing.page: its table has no column {', '.join(sorted(wanted - columns))}"
        receipt = self.pages.get(self.receipt.page)
        if receipt is not None and (receipt.pairs is None or "receipt" not in receipt.pairs.values):
            yield "receipt.page: its pairs do not tell receipt"
        if self.remittances is not None:
            link = set() if self.remittances.address else {"download"}
            wanted = REMITTED | link
            yield from self._missing_columns("remittances.page", self.remittances.page, wanted)
        if self.progress is not None:
            wanted = TICKETS | set(self.progress.match)
            yield from self._missing_columns("progress.page", self.progress.page, wanted)
        yield from self._steps_to_nowhere(self.submit, "submit")
        yield from self._steps_to_nowhere(self.listing.reach, "listing.reach")
        if self.status is not None:
            yield from self._steps_to_nowhere(self.status.reach, "status.reach")
        if self.remittances is not None:
            yield from self._steps_to_nowhere(self.remittances.reach, "remittances.reach")

    def _missing_columns(self, where: str, key: str, wanted: frozenset[str]) -> Iterator[str]:
        table = self.pages[key].table if key in self.pages else None
        lacking = wanted - set(table.columns if table else ())
        if key in self.pages and lacking:
            yield f"{where}: its table has no column {', '.join(sorted(lacking))}"

    def _steps_to_nowhere(self, walk: Iterable[Step], where: str) -> Iterator[str]:
        for number, step in enumerate(walk):
            for kind, key, page in _named_by(step):
                there = self.pages.get(page)
                if there is None:
                    yield f"{where}.{number}: there is no page {page}"
                elif kind == "button" and key not in there.buttons:
                    yield f"{where}.{number}: page {page} has no button {key}"
                elif kind == "field" and key not in there.fields:
                    yield f"{where}.{number}: page {page} has no field {key}"
                elif kind == "path" and not there.path:
                    yield f"{where}.{number}: page {page} has no path to open"


class NoSuchForm(LookupError):
    """A portal's definition does not say how this is handed in there."""

    def __init__(self, portal: str, kind: FormKind) -> None:
        self.portal, self.kind = portal, kind
        super().__init__(f"{portal}: the definition has no form for {kind}.")


def _named_by(step: Step) -> Iterator[tuple[str, str, str]]:
    """What a step names: kind (page, path, button or field), key, page."""
    match step:
        case steps.Open():
            yield "path", "", step.open
        case steps.Expect():
            yield "page", "", step.expect
        case steps.Fill():
            yield "page", "", step.fill
            yield from (("field", key, step.fill) for key in step.fields)
        case steps.FillRows():
            yield "page", "", step.rows
        case steps.Attach():
            yield "field", step.attach, step.page
        case steps.Press():
            yield "button", step.press, step.page
            yield "page", "", step.to
        case steps.Dismiss():
            yield "button", step.dismiss, step.page
            yield "page", "", step.to
        case steps.Choose():
            yield "field", step.choose, step.page
        case steps.Compare():
            yield "page", "", step.compare
        case steps.Follow():
            yield "page", "", step.page
            yield "page", "", step.to
        case steps.Hook():
            yield "page", "", step.page
        case _:
            return
