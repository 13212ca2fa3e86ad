"""What is written for an appeal is measured before anything is sent: over REST and on the page."""

from __future__ import annotations

from datetime import date

import pytest

from domain.lifecycle import ClaimStatus
from domain.money import Money
from domain.review import ReviewKind
from store import claims
from store.reviews import ReviewView
from tests.activities.desk import profiles
from tests.api.office import CASE_NO, MONDAY, Office, answer_to, hidden

KEY = {"Idempotency-Key": "key-1"}
CLAIM_AT_PORTAL = "CL-2026-0001-2"


def denied_by_the_portal(office: Office) -> ReviewView:
    """A denial of payer B, whose website takes 500 characters."""
    with office.database.transaction() as s:
        claims.draft_claim(
            s,
            claim_no=CLAIM_AT_PORTAL,
            case_no=CASE_NO,
            payer="PB",
            sequence=2,
            billed=Money(100),
            now=MONDAY,
        )
        for status in (ClaimStatus.SUBMITTED, ClaimStatus.DENIED):
            claims.move_claim(s, CLAIM_AT_PORTAL, status, key=str(status), now=MONDAY)
    return office.ask(ReviewKind.DENIAL, natural_key="at-the-portal", subject=CLAIM_AT_PORTAL)


@pytest.mark.parametrize(("written", "status"), [(500, 200), (501, 422)])
async def test_an_appeal_of_more_characters_than_the_website_takes_is_refused_by_field_and_reason(
    office: Office, written: int, status: int
) -> None:
    review = denied_by_the_portal(office)
    body = answer_to(review, outcome="appeal", reason_code="papers_added", text="补" * written)
    async with office.program("fin-wang") as program:
        answer = await program.post(
            f"/api/reviews/{review.review_no}/decision", json=body, headers=KEY
        )
    assert answer.status_code == status
    if status == 200:
        return
    told = answer.json()
    assert told["type"].endswith(":appeal-too-long")
    assert (told["field"], told["length"], told["limit"]) == ("text", 501, 500)
    assert told["detail"].startswith("501 characters, 500 at most: Pretend user guide")
    assert office.wakes.sent == []
    assert office.review(review.review_no).state == "open"


async def test_only_an_appeal_is_that_short(office: Office) -> None:
    review = denied_by_the_portal(office)
    body = answer_to(review, outcome="correct", text="改" * 501)
    async with office.program("fin-wang") as program:
        path = f"/api/reviews/{review.review_no}/decision"
        assert (await program.post(path, json=body, headers=KEY)).status_code == 200


async def test_the_page_names_the_limit_and_keeps_a_text_that_is_too_long(office: Office) -> None:
    review = denied_by_the_portal(office)
    path = f"/reviews/{review.review_no}"
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(path)).text
        assert "For an appeal at most 500 characters, a new line counts as two (Pretend" in page
        assert 'data-limit="500"' in page
        names = ("version", "evidence_hash", "idempotency_key", "form_token")
        field = {name: hidden(page, name) for name in names if f'name="{name}"' in page}
        # 250 lines of one character: 499 as Python counts them, 748 as a browser sends them.
        text = "\r\n".join(["补"] * 250)
        sent = {**field, "outcome": "appeal", "reason_code": "papers_added", "text": text}
        again = await browser.post(f"{path}/decision", data=sent)
    assert again.status_code == 422
    assert "The text is longer than the payer&#39;s website takes" in again.text
    assert text.replace("\r\n", "\n") in again.text.replace("\r\n", "\n")


async def test_a_payer_without_a_limit_has_none_on_the_page(office: Office) -> None:
    review = office.ask()
    async with office.browser("fin-wang") as browser:
        page = (await browser.get(f"/reviews/{review.review_no}")).text
    assert "data-limit" not in page


def test_the_limit_holds_from_its_day_on() -> None:
    payer = profiles().payer("PB")
    assert payer.appeal_text_rule(date(2024, 12, 31)) is None
    rule = payer.appeal_text_rule(date(2025, 1, 1))
    assert rule is not None
    assert rule.characters == 500
