"""A portal as data: paths, headings, labels and names, read from `portal.toml` beside its payer."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError


class DefinitionUnreadable(ValueError):
    """A portal's file lacks something or says something that nobody understands."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        super().__init__(f"{path}: {'; '.join(problems)}.")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Field(_Part):
    """One input, found by its name and by the label in the cell before it; both must agree."""

    label: str
    name: str


class Login(_Part):
    """Where one signs in, and what the page says to a wrong password."""

    path: str
    form: str
    username: Field
    password: Field
    button: str
    refused: str
    signed_in: str


class Search(_Part):
    """A list with a search form of one field, and pages to turn.

    `count` is a pattern whose group is the number of rows on all pages together.
    """

    path: str
    heading: str
    form: str
    field: Field
    button: str
    table: str
    empty: str
    count: str
    next: str
    columns: dict[str, str]
    download: str = ""


class Insured(_Part):
    """The first step of a claim: who is insured, and what for."""

    path: str
    heading: str
    form: str
    button: str
    fields: dict[str, Field]


class Lines(_Part):
    """The second step: the lines; `cells` are names with {n} for the number of the line."""

    heading: str
    form: str
    table: str
    headings: tuple[str, ...]
    add_row: str
    total: Field
    button: str
    cells: dict[str, Field]


class Attachment(_Part):
    """The third step: what the portal understood, the file, and the button that commits."""

    heading: str
    summary: str
    labels: dict[str, str]
    line_table: str
    line_headings: tuple[str, ...]
    form: str
    file: Field
    button: str
    confirm: str


class Receipt(_Part):
    """The page that proves a claim was taken."""

    heading: str
    table: str
    alert: str
    labels: dict[str, str]


class Detail(_Part):
    """One claim, by its receipt number, and the button that voids it."""

    path: str
    heading: str
    absent_heading: str
    table: str
    labels: dict[str, str]
    void_form: str
    void_button: str
    void_confirm: str


class EvidenceRule(_Part):
    """What pictures may show; everything else that can hold data is covered."""

    label_cells: str
    show_names: tuple[str, ...]
    show_labels: tuple[str, ...]


class PortalDefinition(_Part):
    """Everything the bot knows about one portal. `url` is where it stands, without a path."""

    url: str
    name: str
    heading: str
    errors: str
    message: str
    maintenance_heading: str
    page_wait_s: float
    answer_wait_s: float
    login: Login
    statuses: dict[str, str]
    claims: Search
    insured: Insured
    lines: Lines
    attachment: Attachment
    receipt: Receipt
    detail: Detail
    remittances: Search
    evidence: EvidenceRule

    @classmethod
    def load(cls, path: Path, *, url: str) -> Self:
        """Read a portal's file. Raises: DefinitionUnreadable, naming every field at fault."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as broken:
            raise DefinitionUnreadable(path, [str(broken)]) from broken
        try:
            return cls.model_validate({**values, "url": url.rstrip("/")})
        except ValidationError as faulty:
            problems = [
                f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faulty.errors()
            ]
            raise DefinitionUnreadable(path, problems) from faulty
