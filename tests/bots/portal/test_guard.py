"""Whatever way a page sends in, a commit leaves once, after both doors were opened for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bots.portal.browser import PortalBrowser
from bots.portal.guard import CommitOutcome, Violation
from tests.bots.portal.guarded import (
    GATED,
    WAYS,
    Clerk,
    Portal,
    counting_portal,
    guarded,
    reopened,
    until,
)

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]
every_way = pytest.mark.parametrize("way", WAYS)

ANSWERED = CommitOutcome("answered", 302, "/receipt")
FORBIDDEN = CommitOutcome("forbidden", reason="PermissionError")


@pytest.fixture
def there() -> Iterator[Portal]:
    with counting_portal() as portal:
        yield portal


@every_way
async def test_a_declared_write_passes_and_no_other_one(
    browser: PortalBrowser, there: Portal, way: str
) -> None:
    async with guarded(browser, there) as (guard, page):
        await page.evaluate(WAYS[way], "/other")
        await until(lambda: len(guard.violations) == 1)
        await page.evaluate(WAYS[way], "/commit")
        await until(lambda: len(guard.violations) == 2)
        await page.evaluate(WAYS[way], "/draft")
        await until(lambda: there.arrived != [] and guard.pending() == 0)
    assert [where for where, _ in there.arrived] == ["/draft"]
    assert guard.violations == [
        Violation("POST", "/other", "undeclared write"),
        Violation("POST", "/commit", "commit without arm"),
    ]
    assert guard.outcome == CommitOutcome("not_asked")


@every_way
async def test_an_armed_commit_passes_and_no_second_one(
    browser: PortalBrowser, there: Portal, way: str
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate(WAYS[way], "/commit")
        assert await guard.ended() == ANSWERED
        await reopened(page, way)
        await page.evaluate(WAYS[way], "/commit")
        await until(lambda: guard.violations != [])
        assert guard.pending() == 0
    assert there.count("/commit") == 1
    assert guard.violations == [Violation("POST", "/commit", "second commit")]
    assert len(clerk.approved) == len(clerk.released) == 1
    assert clerk.released[0][0].digest == clerk.approved[0].digest


@every_way
async def test_of_two_commits_at_once_one_arrives(
    browser: PortalBrowser, there: Portal, way: str
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk()
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate(f"path => {{ ({WAYS[way]})(path); ({WAYS[way]})(path); }}", "/commit")
        assert await guard.ended() == ANSWERED
        await reopened(page, way)
    assert there.count("/commit") == 1
    assert len(clerk.approved) == len(clerk.released) == 1


@every_way
@pytest.mark.parametrize("door", ["approve", "release"])
async def test_what_is_refused_does_not_arrive_and_the_page_lives_on(
    browser: PortalBrowser, there: Portal, way: str, door: str
) -> None:
    async with guarded(browser, there) as (guard, page):
        clerk = Clerk(refuses=door)
        guard.arm(clerk.approve, clerk.release)
        await page.evaluate(WAYS[way], "/commit")
        assert await guard.ended() == FORBIDDEN
        assert isinstance(guard.refusal, PermissionError)
        assert not guard.outcome.may_have_left
        assert len(clerk.released) == (door == "release")
        expected = {"fetch": "TypeError", "xhr": "xhr error 40"}.get(way.split(maxsplit=1)[0])
        if expected and way not in GATED:
            await page.wait_for_function("expected => document.title === expected", arg=expected)
        await page.evaluate(WAYS[way], "/draft")
        await until(lambda: there.arrived != [])
    assert [where for where, _ in there.arrived] == ["/draft"]
