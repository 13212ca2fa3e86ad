"""What nobody honest does is reported to people and to the monitor, not only written down."""

from __future__ import annotations

import pytest

from api.texts import TEXTS
from store import audit
from store.pay_channel_answers import ALARMS
from tests.api.office import MONDAY, Office
from tests.api.test_metrics import samples

KINDS = {
    "forged_decision",
    "unknown_claim_at_portal",
    "webhook-signature-wrong",
    "webhook-signature-old",
    "webhook-event-differs",
    "pay-channel-stranger",
} | {f"pay-channel-{outcome.replace('_', '-')}" for outcome in ALARMS}


def report(office: Office, *kinds: str) -> None:
    with office.database.transaction() as s:
        for n, kind in enumerate(kinds):
            audit.security_event(s, kind=kind, subject=f"S-{n}", detail=f"D-{n}", now=MONDAY)


def test_every_kind_has_its_words() -> None:
    assert {key for key in TEXTS if key.startswith("security.")} == {
        f"security.{kind}" for kind in KINDS
    }


@pytest.mark.parametrize(("lang", "told"), [("zh", "伪造的决定"), ("en", "a forged decision")])
async def test_the_summary_shows_the_latest_first(office: Office, lang: str, told: str) -> None:
    async with office.browser("audit-he", lang=lang) as browser:
        assert told not in (await browser.get("/summary")).text
        report(office, "forged_decision", "webhook-signature-wrong")
        page = (await browser.get("/summary")).text
        assert page.index("S-1") < page.index("S-0")
        assert told in page
    async with office.program("audit-he") as program:
        shown = (await program.get("/api/summary")).json()["security_events"]
    assert [(one["kind"], one["detail"]) for one in shown] == [
        ("webhook-signature-wrong", "D-1"),
        ("forged_decision", "D-0"),
    ]


async def test_no_more_than_twenty_are_shown_and_the_monitor_counts_all(office: Office) -> None:
    report(office, *["webhook-signature-old"] * 21, "forged_decision")
    async with office.program("fin-wang") as program:
        shown = (await program.get("/api/summary")).json()["security_events"]
        figures = samples((await program.get("/metrics")).text)
    assert [one["subject"] for one in shown] == [f"S-{n}" for n in range(21, 1, -1)]
    name = "huikuan_security_events"
    assert figures[name, (("kind", "webhook-signature-old"),)] == 21.0
    assert figures[name, (("kind", "forged_decision"),)] == 1.0
