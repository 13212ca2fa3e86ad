"""Takes the steps that a definition names, one after the other, up to the commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

from bots.portal.definition import Field, Rows, Step, steps
from bots.portal.desk import Desk, Shown
from bots.portal.evidence import Album
from bots.portal.forms import Forms, Wanted, wanted_fields
from bots.portal.hooks import hook_named
from bots.portal.lists import read_list, read_pairs
from bots.portal.payload import Payload, Value, typed
from bots.portal.picking import pick
from bots.portal.reading import is_printed
from bots.portal.refusals import Complaints, PortalLayoutChanged

_MOST_ROWS = 200


class Walk:
    """One walk through a portal with what is to be handed in, or looked for."""

    def __init__(self, desk: Desk, album: Album, payload: Payload) -> None:
        self.desk = desk
        self.forms = Forms(desk)
        self._album = album
        self._payload = payload

    async def take(self, walk: Iterable[Step]) -> None:
        """Take steps. Raises: Complaints, and whatever a desk raises."""
        for step in walk:
            await self._take(step)

    async def _take(self, step: Step) -> None:
        match step:
            case steps.Open():
                await self.desk.open(step.open, self._payload.values)
            case steps.Expect():
                await self.desk.arrive(step.expect)
            case steps.Fill():
                await self.fill(step.fill, step.fields)
                await self._album.take(self.desk, f"{step.fill}-filled")
            case steps.FillRows():
                await self._fill_rows(step.rows)
                await self._album.take(self.desk, f"{step.rows}-filled")
            case steps.Attach():
                await self._attach(step.page, step.attach)
            case steps.Press():
                await self.press(step.page, step.press, step.to)
            case steps.Dismiss():
                await self._dismiss(step)
            case steps.Choose():
                await self._choose(step.page, step.choose)
            case steps.Compare():
                await self._compare(step.compare)
            case steps.Wait():
                async with self.desk.bounded():
                    await self.desk.page.locator(step.wait).first.wait_for()
            case steps.Follow():
                await self._follow(step)
            case steps.Hook():
                await hook_named(step.hook)(self.desk, step.page, self._payload)
            case steps.Send():
                raise AssertionError("the commit is no step of a walk")
            case _:
                assert_never(step)

    async def fill(self, key: str, only: Iterable[str] = ()) -> None:
        """Fill a page's fields with our values, and read them back."""
        page = self.desk.definition.pages[key]
        names = list(only) or [
            n for n, f in page.fields.items() if f.type not in ("picker", "file")
        ]
        await self.forms.fill(key, wanted_fields(page, self._payload.values, names))

    async def press(self, key: str, button: str, *to: str) -> Shown:
        """Press a button; complaints of the portal are raised."""
        found = await self.forms.button(key, button)
        shown = await self.desk.press(key, found, *to)
        if not shown.has(*to) or (shown.errors and key in to):
            await self._album.take(self.desk, "rejected")
            self._require_ours(key, shown.errors)
            raise Complaints(key, shown.errors)
        return shown

    def _require_ours(self, key: str, messages: tuple[str, ...]) -> None:
        """A complaint that nothing of ours can cause is one of another form than we know."""
        for message in messages:
            if any(re.search(pattern, message) for pattern in self.desk.definition.never):
                raise PortalLayoutChanged(key, f"it says {self._album.cleaned(message)}")

    async def _fill_rows(self, key: str) -> None:
        rows = self.desk.definition.pages[key].rows
        if rows is None:
            raise PortalLayoutChanged(key, "the definition says nothing of its rows")
        numbers = [
            int(str(line[rows.by])) - 1 + rows.first if rows.by else place
            for place, line in enumerate(self._payload.lines, start=rows.first)
        ]
        await self._make_room(key, rows, max(numbers) - rows.first + 1)
        whole: list[Wanted] = []
        for number, line in zip(numbers, self._payload.lines, strict=True):
            wanted = _row(rows, str(number).zfill(rows.digits), line)
            if rows.root:
                root = rows.root.replace("{n}", str(number))
                await self.forms.fill(key, wanted, all_known=False, root=root)
            whole += wanted
        if not rows.root:
            await self.forms.fill(key, whole)

    async def _make_room(self, key: str, rows: Rows, wanted: int) -> None:
        for _ in range(_MOST_ROWS):
            async with self.desk.bounded():
                there = await self.desk.frame(key).locator(rows.count).count()
            if there >= wanted:
                return
            if not rows.add:
                raise PortalLayoutChanged(key, f"it has room for {there} lines, not for {wanted}")
            await self.press(key, rows.add, key)
        raise PortalLayoutChanged(key, "its lines do not become more")

    async def _attach(self, key: str, name: str) -> None:
        field, file = self.desk.definition.pages[key].fields[name], self._payload.attachment
        if file is None:
            raise PortalLayoutChanged(key, "it wants a file, and there is none to attach")
        element = await self.forms.element(key, await self.forms.find(key, name, field))
        async with self.desk.bounded():
            await element.set_input_files(
                {"name": file.name, "mimeType": file.mime_type, "buffer": file.content}
            )
        shown = await self.desk.arrive(key)
        if shown.errors:
            await self._album.take(self.desk, "rejected")
            raise Complaints(key, shown.errors)
        standing = (await self.forms.find(key, name, field)).value
        if field.read_back != "none" and standing != f"{file.name} {len(file.content)}":
            raise PortalLayoutChanged(key, f"{name} does not hold the attachment")

    async def _dismiss(self, step: steps.Dismiss) -> None:
        shown = await self.desk.settled(step.page, step.to)
        if shown.has(step.page):
            await self.press(step.page, step.dismiss, step.to)
        elif not shown.has(step.to):
            raise PortalLayoutChanged(step.to, "another page came instead")

    async def _choose(self, key: str, name: str) -> None:
        field = self.desk.definition.pages[key].fields[name]
        await pick(self.desk, self.forms, key, name, field, self._payload)
        if field.read_back != "none":
            wanted = Wanted(name, field, typed(name, field, self._payload.values))
            await self.forms.read_back(key, [wanted], all_known=False)

    async def _compare(self, key: str) -> None:
        """Compare what the portal understood with what it should have."""
        page, wrong = self.desk.definition.pages[key], []
        if page.pairs is not None:
            told = await read_pairs(self.desk, key)
            wrong += [
                name
                for name, text in told.items()
                if not is_printed(self._payload.values[name], text, page.pairs.values[name].format)
            ]
        if page.table is not None:
            listed = await read_list(self.desk, key)
            if not _are_printed(self._payload.lines, [_texts(row) for row in listed]):
                wrong.append("lines")
        if wrong:
            raise PortalLayoutChanged(key, f"it understood {', '.join(wrong)} otherwise")

    async def _follow(self, step: steps.Follow) -> None:
        rows = await read_list(self.desk, step.page)
        match = self.desk.definition.listing.match
        ours = [
            row
            for row in rows
            if all(row[key].text == self._payload.text(text) for key, text in match.items())
        ]
        if len(ours) != 1 or not ours[0][step.follow].href:
            raise PortalLayoutChanged(step.page, f"{len(ours)} rows are ours, 1 expected")
        await self.desk.follow(ours[0][step.follow].href, step.to)


def _row(rows: Rows, number: str, line: Mapping[str, Value]) -> list[Wanted]:
    """The fields of one row, with the row's number in their anchors."""
    wanted = []
    for key, field in rows.fields.items():
        anchors = {kind: text.replace("{n}", number) for kind, text in field.anchors.items()}
        numbered: Field = field.model_copy(update={"anchors": anchors})
        wanted.append(Wanted(f"{key}_{number}", numbered, typed(key, field, line)))
    return wanted


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    return {key: getattr(cell, "text", "") for key, cell in row.items()}


def _are_printed(
    lines: Iterable[Mapping[str, Value]],
    shown: list[dict[str, str]],
    same: Callable[[Value, str, str], bool] = is_printed,
) -> bool:
    ours = sorted(lines, key=lambda line: int(str(line["line_no"])))
    return len(ours) == len(shown) and all(
        same(line[key], text, "")
        for line, row in zip(ours, shown, strict=True)
        for key, text in row.items()
    )
