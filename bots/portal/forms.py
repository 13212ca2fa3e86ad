"""Finds the fields of a page by the vote of their anchors, fills them at once, reads them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from playwright.async_api import ElementHandle, Locator

from bots.portal.anchors import (
    Choice,
    Control,
    Dissent,
    Option,
    candidates,
    elect,
    normal,
    unknown_required,
)
from bots.portal.definition import Button, Field, Page
from bots.portal.desk import Desk
from bots.portal.likeness import proposed
from bots.portal.page import script
from bots.portal.payload import Value, is_same, typed
from bots.portal.refusals import PortalLayoutChanged

_CONTROL = "i => window[Symbol.for('huikuan.controls')][i]"
_MARKED = f"""({{index, mark}}) => {{
  const element = ({_CONTROL})(index);
  if (!element) return false;
  element.setAttribute('data-press', mark);
  return true;
}}"""
_GONE = "an element went away while it was looked at"


@dataclass(frozen=True)
class Wanted:
    """A field with what shall stand in it; `text` is None when it is only looked for."""

    key: str
    field: Field
    text: str | None


class Forms:
    """The inputs and buttons of one tab's pages."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def survey(
        self, key: str, fields: Iterable[Field | Button] = (), *, root: str = ""
    ) -> list[Control]:
        """Describe every input and button of a page, or of that part of it."""
        page = self._desk.definition.pages[key]
        css = sorted({part.anchors["css"] for part in fields if "css" in part.anchors})
        async with self._desk.bounded():
            told: list[dict[str, Any]] | None = await self._desk.frame(key).evaluate(
                script("survey"),
                {"root": root or page.root, "css": css, "required": page.required},
            )
        if told is None:
            raise PortalLayoutChanged(key, "its form is not there")
        return [_control(one) for one in told]

    async def fill(
        self, key: str, wanted: list[Wanted], *, all_known: bool = True, root: str = ""
    ) -> None:
        """Fill fields of a page in one go, and read every one of them back from the page.

        `all_known`: an unknown input that must be filled in stops the bot, before and after.
        """
        found = await self._found(key, wanted, all_known=all_known, root=root)
        await self.type_in(key, [one for one in found if not one[0].field.reloads])
        await self._desk.arrive(key)
        for one in wanted:
            if one.field.reloads:
                await self._type_and_wait(key, one, root)
        await self.read_back(key, wanted, all_known=all_known, root=root)

    async def _type_and_wait(self, key: str, one: Wanted, root: str) -> None:
        """Choose something that sends the page, and wait until it is back."""
        pressed = await self._desk.mark(key)
        await self.type_in(key, await self._found(key, [one], all_known=False, root=root))
        shown = await self._desk.settled(key, pressed=pressed)
        if not shown.has(key):
            raise PortalLayoutChanged(key, f"another page came when {one.key} was filled in")

    async def type_in(self, key: str, found: list[tuple[Wanted, Control]]) -> None:
        """Put the texts into the elements that were just found, all in one go."""
        items = []
        for one, control in found:
            if one.text is not None and one.field.type not in ("picker", "file"):
                items.append({"index": control.index, "value": self._value(key, one, control)})
        async with self._desk.bounded():
            gone = await self._desk.frame(key).evaluate(script("fill"), items)
        if gone:
            raise PortalLayoutChanged(key, "its form changed while it was being filled in")

    async def read_back(
        self, key: str, wanted: list[Wanted], *, all_known: bool = True, root: str = ""
    ) -> None:
        """Compare what stands in the fields with what should; type by hand what did not hold."""
        for attempt in ("by hand", "at all"):
            found = await self._found(key, wanted, all_known=all_known, root=root)
            wrong = [(one, control) for one, control in found if not self._holds(one, control)]
            if not wrong:
                return
            names = ", ".join(one.key for one, _ in wrong)
            if attempt == "at all" or any(one.field.type != "text" for one, _ in wrong):
                raise PortalLayoutChanged(key, f"{names} does not hold what was typed")
            for one, control in wrong:
                async with self._desk.bounded():
                    await (await self.element(key, control)).fill(one.text or "")
            await self._desk.arrive(key)

    async def find(self, key: str, name: str, field: Field) -> Control:
        """The one input that a field's anchors name."""
        found = await self._found(key, [Wanted(name, field, None)], all_known=False)
        return found[0][1]

    async def button(self, key: str, name: str, *, kind: str = "other") -> Locator:
        """The one thing to press that a button's anchors name."""
        button = self._desk.definition.pages[key].buttons[name]
        controls = await self.survey(key, [button])
        pressed = candidates(controls, None)
        choice = elect(key, name, button.anchors, pressed, kind=kind)
        if choice.control is None:
            dissents = self._proposed(key, name, button, controls, choice, kind=kind)
            raise PortalLayoutChanged(key, f"{name} is not where it was", dissents=dissents)
        self._warn(choice)
        # A locator is clicked with all of Playwright's checks, an element without most.
        marked = {"index": choice.control.index, "mark": f"{key}.{name}"}
        async with self._desk.bounded():
            is_there = await self._desk.frame(key).evaluate(_MARKED, marked)
        if not is_there:
            raise PortalLayoutChanged(key, _GONE)
        return self._desk.frame(key).locator(_pressed(key, name))

    async def wait_for_reach(self, key: str, name: str, button: Locator) -> None:
        """Wait until a button that was just found could be pressed."""
        frame = self._desk.frame(key)
        async with self._desk.bounded():
            # What lies over a frame only Playwright sees; it waits for two pictures to be drawn.
            is_whole = frame == self._desk.page.main_frame
            if not (is_whole and await frame.evaluate(script("reach"), _pressed(key, name))):
                await button.click(trial=True)

    async def element(self, key: str, control: Control) -> ElementHandle:
        """The element behind a description that was just made."""
        async with self._desk.bounded():
            handle = await self._desk.frame(key).evaluate_handle(_CONTROL, control.index)
            element = handle.as_element()
        if element is None:
            raise PortalLayoutChanged(key, _GONE)
        return element

    async def _found(
        self, key: str, wanted: list[Wanted], *, all_known: bool, root: str = ""
    ) -> list[tuple[Wanted, Control]]:
        controls = await self.survey(key, [one.field for one in wanted], root=root)
        found, taken = [], set()
        lost: list[str] = []
        dissents: list[Dissent] = []
        for one in wanted:
            able = candidates(controls, one.field)
            choice = elect(key, one.key, one.field.anchors, able, kind=one.field.kind)
            if choice.control is None or choice.control.index in taken:
                lost.append(one.key)
                dissents += self._proposed(key, one.key, one.field, controls, choice)
                continue
            self._warn(choice)
            taken.add(choice.control.index)
            found.append((one, choice.control))
        if lost:
            detail = f"field {', '.join(lost)} is not where it was"
            raise PortalLayoutChanged(key, detail, dissents=tuple(dissents))
        if all_known:
            self._require_known(key, controls, taken)
        return found

    def _require_known(self, key: str, controls: list[Control], taken: set[int]) -> None:
        """Stop at inputs that must be filled in and that no step of this page fills in."""
        page: Page = self._desk.definition.pages[key]
        known, lost = set(taken), []
        dissents: list[Dissent] = []
        for name, field in page.fields.items():
            able = candidates(controls, field)
            choice = elect(key, name, field.anchors, able, kind=field.kind)
            if choice.control is None:
                lost.append(name)
                dissents += self._proposed(key, name, field, controls, choice)
            else:
                known.add(choice.control.index)
        strange = unknown_required(controls, known)
        if strange:
            told = strange[0].anchors
            names = [told[kind] for kind in ("label", "above", "name", "id") if told.get(kind)]
            detail = (
                f"an unknown field must be filled in: {' / '.join(dict.fromkeys(names)) or '?'}"
            )
            if lost:
                detail = f"field {', '.join(lost)} is not where it was; {detail}"
            raise PortalLayoutChanged(key, detail, dissents=tuple(dissents))

    def _proposed(
        self,
        key: str,
        name: str,
        part: Field | Button,
        controls: list[Control],
        choice: Choice,
        *,
        kind: str = "other",
    ) -> tuple[Dissent, ...]:
        """What people may be asked about a lost field or button, for nobody else may find it."""
        fields = self._desk.definition.pages[key].fields
        kind = part.kind if isinstance(part, Field) else kind
        return proposed(choice, part, controls, fields, key=name, kind=kind)

    def _warn(self, choice: Choice) -> None:
        known = self._desk.warnings
        known += [dissent for dissent in choice.dissents if dissent not in known]

    def _value(self, key: str, one: Wanted, control: Control) -> str:
        text = one.text or ""
        if control.type in ("select", "radio"):
            option = _option(control.options, text)
            if option is None:
                raise PortalLayoutChanged(key, f"{one.key} has no option for our value")
            return option.value
        if control.longest and len(text) > control.longest:
            raise PortalLayoutChanged(key, f"{one.key} takes {control.longest} characters only")
        return text

    def _holds(self, one: Wanted, control: Control) -> bool:
        if one.text is None:
            return True
        standing = control.value
        if control.type in ("select", "radio"):
            option = _option(control.options, one.text)
            return option is not None and option.value == standing
        return is_same(one.field, one.text, standing)


def wanted_fields(
    page: Page, values: Mapping[str, Value], only: Iterable[str] = ()
) -> list[Wanted]:
    """The fields of a page with their texts; all of them, or only those."""
    keys = list(only) or list(page.fields)
    return [
        Wanted(
            key,
            page.fields[key],
            None if page.fields[key].type == "file" else typed(key, page.fields[key], values),
        )
        for key in keys
    ]


def _option(options: Iterable[Option], text: str) -> Option | None:
    fitting = [one for one in options if text == one.value or normal(text) == one.text]
    return fitting[0] if len(fitting) == 1 else None


def _control(told: Mapping[str, Any]) -> Control:
    options = tuple(Option(one["value"], one["text"]) for one in told["options"])
    return Control(**{**told, "options": options, "css": tuple(told["css"])})


def _pressed(key: str, name: str) -> str:
    return f'[data-press="{key}.{name}"]'
