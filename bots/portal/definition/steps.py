"""The closed vocabulary of a walk: one verb a step, and a hook where the vocabulary ends.

A step is a small table with its verb as a key: `{ press = "next", page = "a", to = "b" }`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from bots.portal.definition.parts import Part


class Open(Part):
    """Go to a page's own address."""

    open: str


class Expect(Part):
    """Stop unless this page stands there."""

    expect: str


class Fill(Part):
    """Fill a page's fields (all, or those named), and read each back from the page."""

    fill: str
    fields: tuple[str, ...] = ()


class FillRows(Part):
    """Make room for the lines and fill them in, row by row."""

    rows: str


class Attach(Part):
    """Put the attachment into a field of type file."""

    attach: str
    page: str


class Press(Part):
    """Press a button of a page; another page must follow, or the same one."""

    press: str
    page: str
    to: str


class Choose(Part):
    """Choose in a field of type picker."""

    choose: str
    page: str


class Compare(Part):
    """Stop unless the page shows our own values: its pairs, and its table against the lines."""

    compare: str


class Dismiss(Part):
    """Press a button if its page stands there; go on if it does not."""

    dismiss: str
    page: str
    to: str


class Wait(Part):
    """Wait until something can be seen."""

    wait: str


class Follow(Part):
    """Click the link in a column of the one row that is ours."""

    follow: str
    page: str
    to: str


class Hook(Part):
    """Call a function of `bots/portal/hooks.py` by its name: for what no other verb can say."""

    hook: str
    page: str


class Send(Part):
    """The commit: press the one button that hands the claim in. Once."""

    commit: str


VERBS: dict[str, type[Part]] = {
    "open": Open,
    "expect": Expect,
    "fill": Fill,
    "rows": FillRows,
    "attach": Attach,
    "press": Press,
    "choose": Choose,
    "compare": Compare,
    "dismiss": Dismiss,
    "wait": Wait,
    "follow": Follow,
    "hook": Hook,
    "commit": Send,
}


def _verb(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((verb for verb in VERBS if verb in keys), None)


Step = Annotated[
    Annotated[Open, Tag("open")]
    | Annotated[Expect, Tag("expect")]
    | Annotated[Fill, Tag("fill")]
    | Annotated[FillRows, Tag("rows")]
    | Annotated[Attach, Tag("attach")]
    | Annotated[Press, Tag("press")]
    | Annotated[Choose, Tag("choose")]
    | Annotated[Compare, Tag("compare")]
    | Annotated[Dismiss, Tag("dismiss")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Follow, Tag("follow")]
    | Annotated[Hook, Tag("hook")]
    | Annotated[Send, Tag("commit")],
    Discriminator(
        _verb,
        custom_error_type="unknown_verb",
        custom_error_message="has no known verb; there are " + ", ".join(VERBS),
    ),
]
