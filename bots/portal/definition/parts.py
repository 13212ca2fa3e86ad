"""What a page is made of: its fingerprint, fields and buttons with their anchors, tables."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Say

KEY = r"^[a-z][a-z0-9_]*$"
Key = Annotated[str, Say(pattern=KEY)]
AnchorKind = Literal[
    "label", "above", "name", "id", "near", "place", "placeholder", "title", "text", "css"
]
FieldType = Literal[
    "text", "date", "money", "integer", "radio", "select", "checkbox", "picker", "file"
]
FieldKind = Literal["identity", "money", "other"]


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as wrong:
        raise ValueError(f"is no regular expression: {wrong}") from None
    return text


Pattern = Annotated[str, BeforeValidator(_is_pattern)]


class Part(BaseModel):
    """Frozen, and deaf to words it does not know: a mistyped key must not pass in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Heading(Part):
    """What a page is recognised by. `text` is the whole heading, or `pattern` fits all of it."""

    css: str
    text: str = ""
    pattern: Pattern = ""

    @model_validator(mode="after")
    def _says_one(self) -> Self:
        if bool(self.text) == bool(self.pattern):
            raise ValueError("say either text or pattern")
        return self


class Picker(Part):
    """How a value is chosen that cannot be typed.

    `popup`: `opens` (a button of the page) opens a window, which is a page of its own. Its fields
    are filled in and its `button` is pressed, and the row that holds `option` is clicked, or
    `click` inside that row. Without such a row the claim is refused in the words of `absent`.
    `list`: the value is typed into the field itself, and the suggestion `option` is clicked.
    `calendar`: the field is clicked, months are turned with `earlier` and `later` until `month`
    shows the right one (a pattern in `month_pattern`: year, month), and the day `option` is
    clicked, by its text or its label; besides our keys it may hold {year}, {month} and {day}.
    `css` names what may be clicked: rows of the popup, suggestions, or days.
    """

    way: Literal["popup", "list", "calendar"]
    opens: str = ""
    page: str = ""
    search: str = ""
    button: str = ""
    css: str
    option: str
    click: str = ""
    absent: str = ""
    earlier: str = ""
    later: str = ""
    month: str = ""
    month_pattern: Pattern = r"(\d{4})\D+(\d{1,2})"

    @model_validator(mode="after")
    def _popup_is_a_page(self) -> Self:
        if (self.way == "popup") != bool(self.page and self.opens):
            raise ValueError("a popup, and nothing else, says what opens it and which page it is")
        return self

    @model_validator(mode="after")
    def _can_turn_months(self) -> Self:
        if self.way == "calendar" and not (self.earlier and self.later and self.month):
            raise ValueError("a calendar says month, earlier and later")
        return self


class Field(Part):
    """One input. At least two anchors, each found in a way of its own, must agree on it.

    `value` is a template over what is handed in; without one it is the field's own key.
    `format` belongs to dates (strptime) and to money ("plain" or "grouped").
    Of kind identity or money any dissent stops the bot; other fields may lose one anchor of three.
    `reloads`: the page sends itself and comes back as soon as something is chosen here.
    """

    type: FieldType = "text"
    kind: FieldKind = "other"
    anchors: dict[AnchorKind, str] = Say(min_length=2)
    value: str = ""
    format: str = ""
    options: dict[str, str] = Say(default_factory=dict)
    read_back: Literal["exact", "digits", "none"] = "exact"
    picker: Picker | None = None
    reloads: bool = False

    @model_validator(mode="after")
    def _has_its_way(self) -> Self:
        if (self.type == "picker") != (self.picker is not None):
            raise ValueError("a field of type picker, and no other, says how to pick")
        if self.type == "money" and self.format not in ("", "plain", "grouped"):
            raise ValueError("format of money is plain or grouped")
        return self


class Button(Part):
    """Something to press. Two anchors at least, as with fields."""

    anchors: dict[AnchorKind, str] = Say(min_length=2)


class Rows(Part):
    """Lines to fill in. In anchors and `root`, {n} is the number of the row.

    The first row has the number `first`; `digits` fills it up with zeros. `by` names the key of a
    line that says its row (1 is the first one), without it they stand one after the other; rows
    in between stay empty. `count` is what is counted
    to know how many rows there are, `add` the button that makes one more.
    """

    root: str = ""
    count: str
    add: str = ""
    first: int = 1
    digits: int = 1
    by: str = ""
    fields: dict[Key, Field] = Say(min_length=1)


class Column(Part):
    """One column of a list. `link` cuts its group out of the address that the cell links to."""

    heading: str
    link: Pattern = ""


def _column(value: object) -> object:
    return {"heading": value} if isinstance(value, str) else value


class Table(Part):
    """A list. `columns` are our keys with their headings, in whatever order they stand.

    Headings that nobody wants are `ignored`; any other one means that the page changed. `empty` is
    what the list says instead of rows, `nothing` what the page shows when there is no list at all.
    `count` is a pattern whose group is the number of rows on all pages together; `next` is the
    link's text to the next page, in which {n} is that page's number.
    """

    css: str
    columns: dict[Key, Annotated[Column, BeforeValidator(_column)]] = Say(min_length=1)
    ignored: tuple[str, ...] = ()
    empty: str = ""
    nothing: str = ""
    count: Pattern = ""
    next: str = ""


class Told(Part):
    """Where one value is read: beside a label, in an element, or in the address of the page.

    `pattern` cuts its group out of what stands there; `format` is that of a day (strptime).
    """

    label: str = ""
    css: str = ""
    address: Pattern = ""
    pattern: Pattern = ""
    format: str = ""
    optional: bool = False

    @model_validator(mode="after")
    def _says_one_place(self) -> Self:
        if sum(map(bool, (self.label, self.css, self.address))) != 1:
            raise ValueError("say one of label, css and address")
        return self


def _told(value: object) -> object:
    return {"label": value} if isinstance(value, str) else value


class Pairs(Part):
    """Values that a page tells, by our keys. A bare text is a label with its value beside it."""

    root: str = "body"
    values: dict[Key, Annotated[Told, BeforeValidator(_told)]] = Say(min_length=1)


class Page(Part):
    """One page, or one view of a page that a script builds.

    Without a `path` it is reached by pressing something. `frame` is the name of the frame that
    shows it; with `window` the path is that of the whole window, which brings its frames along.
    Fields and buttons are looked for inside `root` only. `required` selects what marks an input as
    one that must be filled in: the input itself, or something around it. `asides` are texts that
    stand among the complaints and are none.
    """

    path: str = ""
    frame: str = ""
    window: bool = False
    heading: Heading
    root: str = "body"
    errors: str = ""
    asides: tuple[str, ...] = ()
    required: str = ""
    fields: dict[Key, Field] = Say(default_factory=dict)
    buttons: dict[Key, Button] = Say(default_factory=dict)
    rows: Rows | None = None
    table: Table | None = None
    pairs: Pairs | None = None
