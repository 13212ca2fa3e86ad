"""Who may forbid a commit, what is proved when something dies, and the chain of the pictures."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.evidence import is_unbroken
from bots.portal.values import (
    Note,
    NotSent,
    SubmitOutcome,
    Submitted,
    Unknown,
)
from domain import exchange
from tests.bots.portal.samples import MEMBER_NO, NAME, Notes, bot, claim, claims_at
from tests.browser import browser as installed_browser
from tests.sandbox.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SUBMIT = "POST /claims/new/submit"
HELD = ["searched", "filled", "armed"]
LEFT = [*HELD, "sending"]


async def test_without_leave_to_arm_nothing_is_clicked(
    portal: Running, browser: PortalBrowser
) -> None:
    journal = Notes(forbidden="armed")
    with pytest.raises(PermissionError):
        await bot(portal, browser).submit(claim(), journal)
    assert (journal.steps, claims_at(portal)) == (["searched", "filled"], [])


class DyingBrowser(Notes):
    """A journal that ends the browser a moment after it has noted a state."""

    def __init__(self, browser: PortalBrowser, at: str) -> None:
        super().__init__()
        self._browser, self._at = browser, at

    async def note(self, note: Note) -> None:
        await super().note(note)
        if note.state == self._at and self._browser._browser is not None:
            self.dying = asyncio.create_task(self._browser._browser.close())


@pytest.mark.parametrize(
    ("at", "outcome", "steps"), [("armed", NotSent, HELD), ("sending", Unknown, LEFT)]
)
async def test_a_browser_that_dies_is_unknown_from_the_moment_the_latch_let_go(
    portal: Running, at: str, outcome: type[SubmitOutcome], steps: list[str]
) -> None:
    portal.put("faults", [{"match": SUBMIT, "times": 1, "how": "hang"}])
    async with PortalBrowser(installed_browser()) as mortal:
        journal = DyingBrowser(mortal, at)
        ours = bot(portal, mortal)
        seen = await ours.submit(claim(), journal)
        await journal.dying
        assert isinstance(seen.value, outcome)
        assert (journal.steps, claims_at(portal)) == (steps, [])
        # The next item gets a browser of its own.
        assert (await ours.find(claim())).value == []


async def test_without_the_last_word_at_the_gate_nothing_leaves(
    portal: Running, browser: PortalBrowser
) -> None:
    journal = Notes(forbidden="release")
    with pytest.raises(PermissionError):
        await bot(portal, browser).submit(claim(), journal)
    assert (journal.steps, claims_at(portal)) == (LEFT, [])


async def test_an_account_lost_after_the_last_word_keeps_the_request_in_the_house(
    portal: Running, browser: PortalBrowser
) -> None:
    """A process may stand still between the fence's last check and the first byte that leaves."""
    journal = Notes(forbidden="holds")
    seen = await bot(portal, browser).submit(claim(), journal)
    assert isinstance(seen.value, Unknown)
    assert (journal.steps, len(journal.released)) == (LEFT, 1)
    assert claims_at(portal) == []


async def test_without_leave_to_send_the_request_is_never_made(
    portal: Running, browser: PortalBrowser
) -> None:
    journal = Notes(forbidden="sending")
    with pytest.raises(PermissionError):
        await bot(portal, browser).submit(claim(), journal)
    assert (journal.steps, claims_at(portal)) == (HELD, [])


async def test_the_pictures_of_a_run_are_one_chain(portal: Running, browser: PortalBrowser) -> None:
    journal = Notes()
    # Told by what each link is, not by its number: on a busy machine a run may begin anew.
    ours = bot(portal, browser, page_wait_s=90.0, answer_wait_s=90.0)
    seen = await ours.submit(claim(), journal)
    assert isinstance(seen.value, Submitted)
    pictures = list(seen.evidence)
    records = list(seen.records)
    assert is_unbroken(pictures, records)
    heads = {note.state: note.evidence for note in journal.notes}
    labels = {picture.chain: picture.label for picture in pictures}
    assert labels[heads["searched"]] == "claims"
    assert labels[heads["filled"]] == "ready-to-submit"
    assert records[0].before == heads["armed"] == heads["filled"]
    assert (heads["sending"], heads["answered"]) == (records[0].chain, records[-1].chain)
    assert not is_unbroken([pictures[0], *pictures[2:]], records)
    changed = replace(pictures[1], snapshot="something else")
    assert not is_unbroken([pictures[0], changed, *pictures[2:]], records)
    spoilt = replace(records[0], content=records[0].content + b" ")
    assert not is_unbroken(pictures, [spoilt, *records[1:]])
    assert NAME not in "".join(picture.snapshot for picture in pictures)


async def test_the_commit_is_kept_as_it_was_asked_sent_and_answered(
    portal: Running, browser: PortalBrowser
) -> None:
    journal = Notes()
    seen = await bot(portal, browser).submit(claim(), journal)
    said = {one.label: exchange.read(one.content) for one in seen.records}
    asked, wire, back = (said[f"commit-{name}"] for name in ("request", "sent", "answer"))
    assert asked is not None
    assert wire is not None
    assert back is not None
    assert asked.line == wire.line
    assert asked.line.endswith("/claims/new/submit")
    assert (wire.sha256, wire.size > 0) == (journal.released[0], True)
    told = "".join(map(exchange.shown, (asked, wire, back)))
    assert NAME not in told
    assert MEMBER_NO not in told
    assert "cookie" not in told
    answered = [note for note in journal.notes if note.state == "answered"]
    assert back.line == answered[0].detail
