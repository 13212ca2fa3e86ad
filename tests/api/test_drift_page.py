"""Beside a step that failed at a changed page: both pictures, the change, and its buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.money import Money
from domain.review import ReviewKind
from store import claims, portal_patches, portal_states
from store.people import person_of
from store.portal_patches import PatchKind, ProposedPatch
from store.reviews import ReviewView
from tests.api.office import CASE_NO, MONDAY, Office, hidden

CLAIM_NO = "CL-2026-0001-2"
BEFORE, AFTER = b"\x89PNG\r\n\x1a\nbefore", b"\x89PNG\r\n\x1a\nafter"


@pytest.fixture
def failed(office: Office) -> ReviewView:
    """A claim at portal B whose step failed, and the question about it."""
    with office.database.transaction() as s:
        claims.draft_claim(
            s,
            claim_no=CLAIM_NO,
            case_no=CASE_NO,
            payer="PB",
            sequence=2,
            billed=Money(36000),
            now=MONDAY,
        )
    return office.ask(ReviewKind.STEP_FAILED, subject=CLAIM_NO)


def propose(office: Office, kind: PatchKind = "other", *, portal: str = "PB") -> str:
    patch = ProposedPatch(
        portal=portal,
        definition_hash="h" * 64,
        page="insured",
        field="order_no",
        old_anchors={"label": "订单号", "name": "ddh"},
        new_anchors={"label": "订单编号", "name": "ddh"},
        kind=kind,
        old_picture_sha256=office.put(BEFORE, kind="screenshot"),
        new_picture_sha256=office.put(AFTER, kind="screenshot"),
    )
    with office.database.transaction() as s:
        return portal_patches.propose(s, patch, MONDAY).patch_no


async def test_the_question_shows_both_pictures_and_what_would_change(
    office: Office, failed: ReviewView
) -> None:
    patch_no = propose(office)
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(f"/reviews/{failed.review_no}")).text
    drift = page.split('id="drift"')[1]
    assert page.index("The page changed: 1 proposed patch below") < page.index('id="drift"')
    assert drift.count('<img src="/api/evidence/') == 2
    assert drift.index('alt="Before"') < drift.index('alt="After"')
    assert "page insured, field order_no" in drift
    assert "<del>订单号</del>" in drift
    assert "<ins>订单编号</ins>" in drift
    assert f'action="/portals/patches/{patch_no}"' in drift
    assert "is paused" not in drift


async def test_a_verdict_leads_back_to_the_question_and_stays_to_be_seen(
    office: Office, failed: ReviewView
) -> None:
    patch_no = propose(office)
    address = f"/reviews/{failed.review_no}"
    async with office.browser("fin-wang") as browser:
        page = await browser.get(address)
        form = {
            "form_token": hidden(page.text, "form_token"),
            "review": failed.review_no,
            "verdict": "accept",
            "reason": "I looked at the portal",
        }
        after = await browser.post(f"/portals/patches/{patch_no}", data=form)
        assert (after.status_code, after.headers["location"]) == (303, f"{address}#drift")
        page = await browser.get(address)
    assert "Accepted by fin-wang, 2026-01-05 08:00" in page.text
    assert f'action="/portals/patches/{patch_no}"' not in page.text
    assert office.review(failed.review_no).state == "open"


async def test_a_foreign_address_to_go_back_to_is_not_followed(
    office: Office, failed: ReviewView
) -> None:
    patch_no = propose(office)
    async with office.browser("fin-wang") as browser:
        page = await browser.get(f"/reviews/{failed.review_no}")
        form = {"form_token": hidden(page.text, "form_token"), "reason": "x", "verdict": "reject"}
        away = {**form, "review": "//example.test"}
        after = await browser.post(f"/portals/patches/{patch_no}", data=away)
    assert after.status_code == 404
    with office.database.reading() as s:
        assert portal_patches.patch_of(s, patch_no).state == "proposed"


async def test_the_second_person_sees_who_the_first_one_was(
    office: Office, failed: ReviewView
) -> None:
    patch_no = propose(office, "identity")
    with office.database.transaction() as s:
        portal_patches.accept(s, patch_no, person_of(s, "fin-wang"), MONDAY)
    for login, may in (("fin-wang", False), ("head-chen", True), ("ops-li", False)):
        async with office.browser(login) as browser:
            page = (await browser.get(f"/reviews/{failed.review_no}")).text
        assert "One of two has accepted (fin-wang); one more person is needed." in page
        assert (f'action="/portals/patches/{patch_no}"' in page) == may, login


async def test_a_paused_portal_is_told_beside_its_change(
    office: Office, failed: ReviewView
) -> None:
    propose(office)
    with office.database.transaction() as s:
        for _ in range(2):
            portal_states.note_failure(s, "PB", "PortalLayoutChanged", MONDAY)
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(f"/reviews/{failed.review_no}")).text
    assert "Paused by portal bot, 2026-01-05 08:00" in page
    assert '<a href="/portals#portal-PB">Portals</a>' in page


async def test_other_portals_and_what_was_decided_before_are_left_out(
    office: Office, failed: ReviewView
) -> None:
    other = propose(office, portal="PC")
    old = propose(office)
    with office.database.transaction() as s:
        earlier = MONDAY - timedelta(seconds=1)
        portal_patches.reject(s, old, person_of(s, "fin-wang"), earlier)
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(f"/reviews/{failed.review_no}")).text
    assert other not in page
    assert old not in page
    assert 'id="drift"' not in page


@pytest.mark.parametrize("kind", [ReviewKind.DENIAL, ReviewKind.SUBMISSION_UNKNOWN])
async def test_other_questions_say_nothing_of_the_portal(
    office: Office, failed: ReviewView, kind: ReviewKind
) -> None:
    propose(office)
    review = office.ask(kind, subject=CLAIM_NO)
    async with office.browser("fin-wang") as browser:
        assert 'id="drift"' not in (await browser.get(f"/reviews/{review.review_no}")).text
