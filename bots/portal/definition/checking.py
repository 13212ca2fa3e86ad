"""What is wrong with a definition beyond its words: contradictions, and what no bot could follow.

Apart from the models because these checks want to know what a claim holds, and because a portal
may be used with a warning, and not with a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bots.portal.definition import steps
from bots.portal.definition.believing import doubts_about_tickets, too_hasty
from bots.portal.definition.loading import DefinitionUnreadable, Fault, load
from bots.portal.definition.parts import Page
from bots.portal.definition.portal import PortalDefinition
from bots.portal.definition.protocol import RequestRule
from bots.portal.definition.secrecy import shown_secrets
from bots.portal.definition.templates import handed_in, templates_of
from bots.portal.payload import LINE_KEYS, names_in
from engine.toml_places import Place, line_at, lines_of

STATUSES = frozenset({"accepted", "in_review", "approved", "denied", "paid", "reversed"})
# A clearing application is told from others by its month, of which there is one each.
_REFERENCES = frozenset({"claim_no", "reference", "claim_receipt", "month"})
_OF_A_FORM = frozenset({"submit", "commit", "receipt", "listing", "progress", "statuses"})


@dataclass(frozen=True)
class Finding:
    """A fault keeps a portal from being used, a warning does not."""

    weight: Literal["fault", "warning"]
    fault: Fault

    def __str__(self) -> str:
        return str(self.fault) if self.weight == "fault" else f"{self.fault} (warning)"


@dataclass(frozen=True)
class Checked:
    """What came of checking one file; `definition` is None when it cannot be read at all."""

    file: Path
    definition: PortalDefinition | None
    findings: tuple[Finding, ...]

    @property
    def is_usable(self) -> bool:
        return not any(finding.weight == "fault" for finding in self.findings)


_Said = tuple[Place, str]
Check = Callable[[PortalDefinition], Iterator[_Said]]


def check(file: Path, *, url: str, hooks: Iterable[str] = ()) -> Checked:
    """Read and check a portal's file; `hooks` are the names that its steps may call."""
    try:
        definition = load(file, url=url)
    except DefinitionUnreadable as unreadable:
        faults = (Finding("fault", fault) for fault in unreadable.faults)
        return Checked(file, None, tuple(faults))
    lines = lines_of(file.read_text(encoding="utf-8"))
    known = frozenset(hooks)
    found: list[Finding] = []
    for form in (definition, *map(definition.of, definition.forms)):
        wrong = [said for each in FAULTS for said in each(form)]
        doubts = [said for each in WARNINGS for said in each(form)]
        wrong += _unknown_hooks(form, known)
        found += [_finding("fault", _placed(form, said), lines) for said in wrong]
        found += [_finding("warning", _placed(form, said), lines) for said in doubts]
    found += [_finding("fault", said, lines) for said in _one_for_another(definition)]
    ordered = sorted(found, key=lambda one: (one.fault.line, one.fault.where))
    return Checked(file, definition, tuple(dict.fromkeys(ordered)))


def _placed(form: PortalDefinition, said: _Said) -> _Said:
    """Where it stands in the file: what is a form's own stands below the form."""
    place, reason = said
    is_own = form.form != "claim" and place[0] in _OF_A_FORM
    return (("forms", form.form, *place), reason) if is_own else said


def _finding(weight: Literal["fault", "warning"], said: _Said, lines: dict[Place, int]) -> Finding:
    place, reason = said
    return Finding(weight, Fault(line_at(lines, place), ".".join(place), reason))


def _unknown_words(definition: PortalDefinition) -> Iterator[_Said]:
    for template in templates_of(definition):
        for name in names_in(template.text):
            if name not in template.known:
                known = ", ".join(sorted(template.known))
                yield template.place, f"nothing is called {{{name}}} here; there is {known}"


def _strange_patterns(definition: PortalDefinition) -> Iterator[_Said]:
    dialogs = [("commit", number, text) for number, text in enumerate(definition.commit.dialogs)]
    void = definition.void.dialogs if definition.void else ()
    dialogs += [("void", number, text) for number, text in enumerate(void)]
    patterns = [((part, "dialogs", str(number)), text) for part, number, text in dialogs]
    for place, text in [*patterns, *((("causes", text), text) for text in definition.causes)]:
        try:
            re.compile(re.sub(r"\{[a-z_]+\}", "x", text))
        except re.error as wrong:
            yield place, f"is no regular expression: {wrong}"


def _unknown_values(definition: PortalDefinition) -> Iterator[_Said]:
    """What is compared with our values must have ours to be compared with."""
    receipt, known = definition.pages[definition.receipt.page].pairs, handed_in(definition)
    for key, ours in definition.receipt.match.items():
        if receipt is not None and key not in receipt.values:
            yield ("receipt", "match", key), f"page {definition.receipt.page} tells no {key}"
        if ours not in known:
            yield ("receipt", "match", key), f"nothing that we hand in is called {ours}"
    for step in definition.submit:
        if isinstance(step, steps.Compare):
            page = definition.pages[step.compare]
            for key in sorted(set(page.pairs.values if page.pairs else ()) - known):
                place = ("pages", step.compare, "pairs", "values", key)
                yield place, "is compared, and nothing that we hand in is called so"
            for key in sorted(set(page.table.columns if page.table else ()) - LINE_KEYS):
                place = ("pages", step.compare, "table", "columns", key)
                yield place, "is compared, and nothing in our lines is called so"


def _unknown_statuses(definition: PortalDefinition) -> Iterator[_Said]:
    for theirs, ours in definition.statuses.items():
        if ours not in STATUSES:
            yield ("statuses", theirs), f"{ours} is none of {', '.join(sorted(STATUSES))}"


def _missing_controls(definition: PortalDefinition) -> Iterator[_Said]:
    """Fields and buttons that the parts of a definition name outside of steps."""
    login, listing, void = definition.login, definition.listing, definition.void
    named: list[tuple[Place, str, Iterable[str], Iterable[str]]] = [
        (("login", "page"), login.page, ("username", "password"), (login.button,)),
        (
            ("listing", "page"),
            listing.page,
            listing.fields,
            (listing.button,) * bool(listing.fields),
        ),
        (("commit", "button"), definition.commit.page, (), (definition.commit.button,)),
    ]
    if login.code_page:
        named.append((("login", "code_page"), login.code_page, ("code",), (login.code_button,)))
    if login.notice_page:
        named.append((("login", "notice"), login.notice_page, (), (login.notice,)))
    if void is not None:
        named.append((("void", "button"), void.page, (), (void.button,)))
        if void.confirm:
            named.append((("void", "confirm_button"), void.confirm, (), (void.confirm_button,)))
    if definition.remittances is not None:
        part = definition.remittances
        pressed = (part.button,) * bool(part.button)
        named.append((("remittances", "page"), part.page, part.fields, pressed))
    for place, key, fields, buttons in named:
        yield from _lacking(place, key, definition.pages.get(key), fields, buttons)
    for key, page in definition.pages.items():
        if page.rows is not None and page.rows.add and page.rows.add not in page.buttons:
            yield ("pages", key, "rows", "add"), f"page {key} has no button {page.rows.add}"
        for name, field in page.fields.items():
            opens = field.picker.opens if field.picker else ""
            place = ("pages", key, "fields", name, "picker")
            if opens and opens not in page.buttons:
                yield place, f"page {key} has no button {opens}"
            if field.picker is not None and field.picker.page:
                window = field.picker.page
                button = (field.picker.button,) * bool(field.picker.button)
                yield from _lacking(place, window, definition.pages.get(window), (), button)


def _lacking(
    place: Place, key: str, page: Page | None, fields: Iterable[str], buttons: Iterable[str]
) -> Iterator[_Said]:
    if page is None:
        yield place, f"there is no page {key}"
        return
    for name in fields:
        if name not in page.fields:
            yield place, f"page {key} has no field {name}"
    for name in buttons:
        if name and name not in page.buttons:
            yield place, f"page {key} has no button {name}"


def _twins(definition: PortalDefinition) -> Iterator[_Said]:
    """Two fields with the same anchors are one element, and it would be filled twice."""
    for key, page in definition.pages.items():
        seen: dict[frozenset[tuple[str, str]], str] = {}
        controls: list[tuple[str, str, Iterable[tuple[str, str]]]] = [
            *(("fields", name, one.anchors.items()) for name, one in page.fields.items()),
            *(("buttons", name, one.anchors.items()) for name, one in page.buttons.items()),
        ]
        for part, name, anchors in controls:
            other = seen.setdefault(frozenset(anchors), name)
            if other != name:
                yield ("pages", key, part, name, "anchors"), f"are the same as those of {other}"


def _commit_among_writes(definition: PortalDefinition) -> Iterator[_Said]:
    commit = definition.commit.request
    samples = [_Sample(commit, fields) for fields in commit.fields]
    for number, rule in enumerate(definition.writes):
        if any(rule.fits(sample) for sample in samples):
            yield ("writes", str(number)), "fits the commit, which must pass by its own way only"


def _one_for_another(definition: PortalDefinition) -> Iterator[_Said]:
    """Which of two things was sent is told by the request alone."""
    forms = (definition, *map(definition.of, definition.forms))
    for one in forms:
        for other in forms:
            rule = other.commit.request
            samples = [_Sample(rule, fields) for fields in rule.fields]
            if one is not other and any(one.commit.request.fits(sample) for sample in samples):
                yield _placed(one, (("commit", "request"), f"fits the commit of {other.form}, too"))


def _contradictions(definition: PortalDefinition) -> Iterator[_Said]:
    listing = definition.listing
    named = {name for text in listing.match.values() for name in names_in(text)}
    if not listing.echoes_reference and named & _REFERENCES:
        yield ("listing", "echoes_reference"), "match names our reference, so the list shows it"
    if listing.echoes_reference and not named & _REFERENCES:
        yield ("listing", "match"), "does not name our reference, which echoes_reference promises"
    tickets = definition.progress.match.values() if definition.progress else ()
    if tickets and not {name for text in tickets for name in names_in(text)} & _REFERENCES:
        yield ("progress", "match"), "does not name our reference: tickets of others would be ours"
    if definition.void is not None and definition.status is None:
        yield ("void",), "a claim is taken back on its own page: say [status] as well"
    if definition.void is not None and "reversed" not in definition.statuses.values():
        yield ("statuses",), "no word means reversed, so nothing could be seen to be taken back"


def _unknown_hooks(definition: PortalDefinition, known: frozenset[str]) -> Iterator[_Said]:
    for place, step in _steps(definition):
        if isinstance(step, steps.Hook) and step.hook not in known:
            yield place, f"no hook is called {step.hook}; there are: {', '.join(known) or 'none'}"


def _doubts(definition: PortalDefinition) -> Iterator[_Said]:
    listing, marks = definition.listing, definition.marks
    if not listing.authoritative and not listing.echoes_reference:
        yield ("listing", "authoritative"), "every unknown outcome will need a person"
    for name in ("maintenance", "captcha"):
        if not getattr(marks, name):
            yield ("marks",), f"no sign is known for {name}"
    if definition.login.mfa != "none" and not marks.code:
        yield ("marks",), "the portal asks for codes, and no sign of that is known"
    if any(isinstance(step, steps.Fill | steps.Choose) for step in listing.reach):
        yield ("listing", "reach"), "types, and the daily comparison has nothing to type"
    if definition.politeness.hours == "00:00-24:00" and definition.politeness.runs_per_minute > 60:
        yield ("politeness",), "any hour and more than one run a second: does the portal like that?"


def _steps(definition: PortalDefinition) -> Iterator[tuple[Place, steps.Step]]:
    walks = {("submit",): definition.submit, ("listing", "reach"): definition.listing.reach}
    for part in ("status", "remittances"):
        there = getattr(definition, part)
        walks[(part, "reach")] = there.reach if there else ()
    for place, walk in walks.items():
        yield from (((*place, str(number)), step) for number, step in enumerate(walk))


class _Sample:
    """A request as one form of the commit's rule would have it, where its patterns are texts."""

    def __init__(self, rule: RequestRule, fields: Mapping[str, str]) -> None:
        self.method, self.url, self.text = rule.method, rule.path, rule.text
        self.fields = tuple(fields.items())


FAULTS: tuple[Check, ...] = (
    _unknown_words,
    _strange_patterns,
    _unknown_values,
    _unknown_statuses,
    _missing_controls,
    _twins,
    _commit_among_writes,
    _contradictions,
    too_hasty,
    shown_secrets,
)
WARNINGS: tuple[Check, ...] = (_doubts, doubts_about_tickets)
