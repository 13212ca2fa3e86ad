"""Chooses what cannot be typed: from suggestions, in a calendar, or in a window of its own."""

from __future__ import annotations

import re
from datetime import date

from playwright.async_api import Locator, Page

from bots.portal.definition import Field, Picker
from bots.portal.desk import Desk
from bots.portal.forms import Forms, wanted_fields
from bots.portal.payload import Payload, names_in, put
from bots.portal.refusals import Complaints, PortalLayoutChanged

# A hundred years: a calendar that does not come nearer in so many turns does not turn.
_MOST_MONTHS = 1200


async def pick(
    desk: Desk, forms: Forms, key: str, name: str, field: Field, payload: Payload
) -> None:
    """Choose a field's value as a person would.

    Raises: PortalLayoutChanged, PortalDown, Complaints.
    """
    picker = field.picker
    assert picker is not None, "a definition with a picker that does not say how is refused"
    if picker.way == "list":
        await _from_suggestions(desk, forms, key, name, field, picker, payload)
    elif picker.way == "calendar":
        await _from_calendar(desk, forms, key, name, field, picker, payload)
    else:
        await _from_window(desk, forms, key, name, field, picker, payload)
    await desk.arrive(key)


async def _from_suggestions(
    desk: Desk,
    forms: Forms,
    key: str,
    name: str,
    field: Field,
    picker: Picker,
    payload: Payload,
) -> None:
    element = await forms.element(key, await forms.find(key, name, field))
    async with desk.bounded():
        await element.fill(payload.text(picker.search or picker.option))
    offered = desk.frame(key).locator(picker.css).filter(visible=True)
    async with desk.bounded():
        await offered.first.wait_for()
        choices = offered.filter(has_text=_whole(payload.text(picker.option)))
        if await choices.count() == 1:
            await choices.click()
            return
    raise PortalLayoutChanged(key, f"{name} does not offer our value once")


async def _from_calendar(
    desk: Desk,
    forms: Forms,
    key: str,
    name: str,
    field: Field,
    picker: Picker,
    payload: Payload,
) -> None:
    (wanted,) = names_in(field.value or f"{{{name}}}")
    day = payload.values[wanted]
    assert isinstance(day, date), "a calendar is for days"
    parts = {"year": day.year, "month": day.month, "day": day.day}
    option = put(picker.option, {**payload.values, **parts})
    element = await forms.element(key, await forms.find(key, name, field))
    frame = desk.frame(key)
    async with desk.bounded():
        await element.click()
        month = frame.locator(picker.month).filter(visible=True)
        await month.first.wait_for()
        for _ in range(_MOST_MONTHS):
            shown = re.search(picker.month_pattern, await month.first.inner_text())
            if shown is None:
                raise PortalLayoutChanged(key, f"the calendar of {name} shows no month")
            apart = (day.year - int(shown[1])) * 12 + day.month - int(shown[2])
            if apart == 0:
                break
            turn = picker.later if apart > 0 else picker.earlier
            await frame.locator(turn).filter(visible=True).click()
        days = await _with_text_or_label(frame.locator(picker.css).filter(visible=True), option)
        if len(days) == 1:
            await days[0].click()
            return
    raise PortalLayoutChanged(key, f"the calendar of {name} does not show our day once")


async def _from_window(
    desk: Desk,
    forms: Forms,
    key: str,
    name: str,
    field: Field,
    picker: Picker,
    payload: Payload,
) -> None:
    option = payload.text(picker.option)
    await forms.find(key, name, field)
    opener = await forms.button(key, picker.opens)
    async with desk.bounded():
        async with desk.page.expect_popup() as opening:
            await opener.click()
        popup = await opening.value
    try:
        chosen = await _chosen(desk.beside(popup), key, name, picker, payload, option)
        await _click(desk, popup, chosen)
    finally:
        async with desk.bounded():
            await popup.close()


async def _chosen(
    window: Desk, key: str, name: str, picker: Picker, payload: Payload, option: str
) -> Locator:
    """Search in the window, and return what is to be clicked."""
    await window.arrive(picker.page)
    forms = Forms(window)
    fields = wanted_fields(window.definition.pages[picker.page], payload.values)
    if fields:
        await forms.fill(picker.page, fields)
    if picker.button:
        button = await forms.button(picker.page, picker.button)
        await window.press(picker.page, button, picker.page)
    frame = window.frame(picker.page)
    choices = frame.locator(picker.css).filter(has=frame.get_by_text(option, exact=True))
    async with window.bounded():
        offered = await choices.count()
    if offered == 0 and picker.absent:
        raise Complaints(key, (picker.absent,))
    if offered != 1:
        raise PortalLayoutChanged(picker.page, f"{name} offers our value {offered} times")
    return choices.locator(picker.click) if picker.click else choices


async def _click(desk: Desk, popup: Page, chosen: Locator) -> None:
    """Click, and wait until the window has closed itself."""
    async with desk.bounded(), popup.expect_event("close"):
        await chosen.click(no_wait_after=True)


def _whole(option: str) -> re.Pattern[str]:
    """The value as a whole word: number 1 is no part of number 11."""
    return re.compile(rf"(?<![\w-]){re.escape(option)}(?![\w-])")


async def _with_text_or_label(offered: Locator, wanted: str) -> list[Locator]:
    told = await offered.evaluate_all(
        "all => all.map(e => [e.textContent.trim(), e.getAttribute('aria-label') || ''])"
    )
    return [offered.nth(place) for place, texts in enumerate(told) if wanted in texts]
