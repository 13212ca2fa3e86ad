"""A run that fails leaves a trace of its tab, in which nobody finds a key, a paper or a name."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest

from bots.portal.bot import PortalBot
from bots.portal.browser import PortalBrowser
from bots.portal.handed_in import PortalSubmission
from bots.portal.payload import Attachment
from bots.portal.refusals import PortalDown, PortalLayoutChanged
from bots.portal.tracing import TracedRun, Tracer, traced
from bots.portal.values import Submitted, Unknown
from sandbox import payer_b, payer_c, payer_d
from tests.bots.portal import portal_c, portal_d
from tests.bots.portal.samples import MEMBER_NO, NAME, PASSWORD, Notes, bot, claim
from tests.browser import browser as installed_browser
from tests.sandbox.running import Running, running

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

Where = Literal["PB", "PC", "PD"]
PAPER = b"%PDF-1.4 the papers of one patient"
ATTACHED = Attachment("dossier.pdf", "application/pdf", PAPER)
COMMITS = {
    "PB": {"match": "POST /claims/new/submit"},
    "PC": {"match": f"POST {portal_c.EDIT}", "holds": "ctl00$ContentPlaceHolder1$btnSubmit"},
    "PD": {"match": portal_d.SUBMIT},
}


@contextmanager
def portal_at(where: Where, folder: Path) -> Iterator[Running]:
    """The portal, which loses its answer to the commit."""
    services = {"PB": payer_b.service, "PC": payer_c.service, "PD": payer_d.service}
    quick = {"accept_after_s": "0.2"} if where == "PD" else {}
    with running(services[where], folder, **quick) as there:
        there.put("faults", [{**COMMITS[where], "times": 1, "how": "drop_after_commit"}])
        yield there


def ours_at(
    where: Where, there: Running, browser: PortalBrowser
) -> tuple[PortalBot, PortalSubmission]:
    """A bot and a claim, both as the portal knows them."""
    if where == "PC":
        return portal_c.bot_c(there, browser), portal_c.claim_c(attachment=ATTACHED)
    if where == "PD":
        return portal_d.bot(there, browser), portal_d.claim_d(attachment=ATTACHED)
    return bot(there, browser), claim(attachment=ATTACHED)


def files_of(trace: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(trace)) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def spellings(secret: str) -> list[bytes]:
    """How a secret may stand in a trace; written out here, apart from the code that cuts it."""
    data = [secret.encode(), secret.encode("gb18030"), json.dumps(secret)[1:-1].encode()]
    return [*data, *(quote(one).encode() for one in data[:2])]


def found_in(files: dict[str, bytes], *secrets: str) -> list[tuple[str, str]]:
    """Which secret stands in which file."""
    return [
        (secret, name)
        for secret in secrets
        for name, data in files.items()
        if any(one.lower() in data.lower() for one in spellings(secret))
    ]


def keys_of(browser: PortalBrowser) -> list[str]:
    """The values of every cookie of every session that this browser knows."""
    states = [json.loads(state) for state in browser.sessions._kept.values()]
    return [cookie["value"] for state in states for cookie in state["cookies"]]


def leftovers(home: Path) -> list[Path]:
    return [file for file in home.rglob("*") if file.is_file()]


@pytest.mark.parametrize("where", ["PB", "PC", "PD"])
async def test_a_sending_without_an_answer_leaves_a_trace_that_tells_no_secret(
    where: Where, tmp_path: Path
) -> None:
    home, run = tmp_path / "traces", TracedRun(is_wanted=True)
    async with PortalBrowser(installed_browser(), tracer=Tracer(home)) as browser:
        with portal_at(where, tmp_path / "portal") as there, traced(run):
            ours, one = ours_at(where, there, browser)
            seen = await ours.submit(one, Notes())
        assert isinstance(seen.value, Unknown)
        keys = keys_of(browser)
        # The browser has written in clear; nothing of that is left.
        assert leftovers(home) == []
    files = files_of(run.trace)
    assert {"trace.trace", "trace.network"} <= files.keys()
    # What was done is there, up to the click: the words of the page, and our own number.
    assert "提交".encode() in files["trace.trace"]
    assert one.claim_no.encode() in files["trace.trace"]
    assert len(keys) > 0
    secrets = (PASSWORD, portal_c.SECRET, one.patient_name, one.member_no, *keys)
    assert found_in(files, *secrets) == []
    every = b"".join(files.values())
    assert PAPER not in every
    assert base64.b64encode(PAPER) not in every
    assert b'"cookie"' not in every.lower()
    assert list(home.iterdir()) == []


async def test_a_run_that_goes_well_leaves_none_nor_does_one_that_nobody_wants_traced(
    portal: Running, browser: PortalBrowser
) -> None:
    good, unwanted = TracedRun(is_wanted=True), TracedRun(is_wanted=False)
    with traced(good):
        seen = await bot(portal, browser).submit(claim(), Notes())
    assert isinstance(seen.value, Submitted)
    portal.put("faults", [{"match": "GET /claims", "times": None, "how": "changed_layout"}])
    with traced(unwanted), pytest.raises(PortalLayoutChanged):
        await bot(portal, browser).listed()
    assert (good.trace, unwanted.trace) == (b"", b"")


async def test_a_changed_page_and_a_portal_that_is_away_leave_a_trace(
    portal: Running, browser: PortalBrowser
) -> None:
    ours = bot(portal, browser)
    await ours.find(claim())
    for how, error in (("changed_layout", PortalLayoutChanged), ("503", PortalDown)):
        portal.put("faults", [{"match": "GET /claims", "times": None, "how": how}])
        run = TracedRun(is_wanted=True)
        with traced(run), pytest.raises(error):
            await ours.find(claim())
        assert b"goto" in files_of(run.trace)["trace.trace"]
        # Not even the digest of a password, or what was typed for the sign-in, is known to it.
        assert found_in(files_of(run.trace), PASSWORD, NAME, MEMBER_NO) == []


async def test_a_session_that_ended_on_the_way_leaves_none_when_the_next_one_does(
    portal: Running, browser: PortalBrowser
) -> None:
    portal.strike("GET /claims/new/attachment", "expire_session")
    run = TracedRun(is_wanted=True)
    with traced(run):
        seen = await bot(portal, browser).submit(claim(), Notes())
    assert isinstance(seen.value, Submitted)
    assert run.trace == b""


async def test_of_two_runs_at_once_one_is_traced(portal: Running, browser: PortalBrowser) -> None:
    ours = bot(portal, browser)
    await ours.find(claim())
    portal.put("faults", [{"match": "GET /claims", "times": None, "how": "changed_layout"}])

    async def one() -> bytes:
        run = TracedRun(is_wanted=True)
        with traced(run), pytest.raises(PortalLayoutChanged):
            await ours.listed()
        return run.trace

    traces = await asyncio.gather(one(), one())
    assert sorted(trace != b"" for trace in traces) == [False, True]


async def test_a_run_that_is_called_off_leaves_nothing_on_the_disk(
    portal: Running, tmp_path: Path
) -> None:
    home = tmp_path / "traces"
    async with PortalBrowser(installed_browser(), tracer=Tracer(home)) as browser:
        portal.put("faults", [{"match": "GET /claims", "times": None, "how": "hang"}])
        run = TracedRun(is_wanted=True)
        with traced(run):
            running_one = asyncio.create_task(bot(portal, browser).find(claim()))
            while not leftovers(home):
                await asyncio.sleep(0.05)
            running_one.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running_one
        assert (run.trace, leftovers(home)) == (b"", [])
