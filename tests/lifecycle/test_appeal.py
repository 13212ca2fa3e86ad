"""Ten days of an order whose portal payer says no, is appealed to, and pays after all."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.review import ReviewKind, Role
from sandbox.lives import denies, pays, script
from store import intents
from tests.lifecycle.house import House, house

pytestmark = pytest.mark.slow

ORDER_NO, CLAIM_NO = "SO-2026-0019", "CL-2026-0019-1"
SUBMIT = "POST /appeals/new"
SCRIPT = script(denies("D03", decide=1, appeal=pays(decide=2)))


def sent(here: House) -> list[tuple[str, str, int]]:
    """Kind, state and attempt of everything that was sent for the claim."""
    with here.parts.database.reading() as session:
        found = [
            intents.intent_of(session, "PB", CLAIM_NO, 1, "original"),
            intents.intent_of(session, "PB", CLAIM_NO, 1, "appeal"),
        ]
        return [(one.kind, one.state, one.attempt) for one in found]


async def test_an_appeal_that_the_portal_refuses_is_told_in_the_next_question_and_never_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        # Monday 5 to Friday 9 January: handed in, and denied a day later.
        here.sandbox["payer_b"].post("/_sandbox/seed", {"scripts": {ORDER_NO: SCRIPT}}, 200)
        await here.morning(0)
        await here.start(ORDER_NO)
        for day in range(1, 5):
            await here.morning(day)
        # Finance writes more than the form takes: 501 letters, and 500 are the most.
        await here.decide(ReviewKind.DENIAL, "appeal", by=Role.FINANCE, text="申" * 501)
        assert sent(here)[1] == ("appeal", "rejected", 1)
        assert here.held_by("payer_b")["appeals"] == []
        assert here.claims(ORDER_NO) == [("PB", "denied", 1, "0.00")]
        # What the portal said stands in the question, which offers no second appeal.
        asked = here.asked(ReviewKind.DENIAL)
        assert "申诉理由不能超过500字" in asked.sentence_zh
        assert asked.outcomes == ("correct", "write_off")


async def test_a_denied_claim_is_appealed_once_though_the_answer_is_lost_and_is_paid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, with_browser=True) as here:
        # Monday 5 to Friday 9 January: delivered, invoiced, handed in, and denied a day later.
        here.sandbox["payer_b"].post("/_sandbox/seed", {"scripts": {ORDER_NO: SCRIPT}}, 200)
        await here.morning(0)
        await here.start(ORDER_NO)
        for day in range(1, 5):
            await here.morning(day)
        assert here.claims(ORDER_NO) == [("PB", "denied", 1, "0.00")]
        asked = here.asked(ReviewKind.DENIAL)
        assert asked.outcomes == ("correct", "appeal", "write_off")
        assert "Appeals end on 2026-02-07, 29 days left." in asked.sentence_en

        # The same day finance appeals. The portal takes it, and its answer is lost.
        here.sandbox["payer_b"].put(
            "faults", [{"match": SUBMIT, "times": 1, "how": "drop_after_commit"}]
        )
        await here.decide(ReviewKind.DENIAL, "appeal", by=Role.FINANCE)
        assert sent(here) == [("original", "confirmed", 1), ("appeal", "unknown", 1)]
        assert here.claims(ORDER_NO)[0][1] == "denied"

        # Saturday 10 January: the list shows it; nothing is sent a second time.
        await here.morning(5)
        assert sent(here)[1] == ("appeal", "confirmed", 1)
        assert here.claims(ORDER_NO)[0][1] == "appealed"
        assert len(here.held_by("payer_b")["appeals"]) == 1

        # Granted on Sunday the 11th, remitted on the 12th, and in the bank on the 13th.
        await here.live_until(9)
        assert here.claims(ORDER_NO) == [("PB", "paid", 1, "1560.00")]
        assert here.stage(ORDER_NO) == "closed"
        assert [one["status"] for one in here.held_by("payer_b")["appeals"]] == ["granted"]
        assert here.inbox() == []
        assert here.books()["bank:BA-02"] == "51560.00"
        assert "receivable:PB" not in here.books()
