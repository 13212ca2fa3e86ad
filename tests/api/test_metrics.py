"""What a monitor reads: figures without a person or a claim, and who may read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from store import portal_runs, portal_states
from store.portal_runs import Outcome, PortalRun
from tests.api.office import CLAIM_NO, MONDAY, PATIENT_NAME, Office
from tests.api.test_portals import propose

Sample = tuple[str, tuple[tuple[str, str], ...]]


def samples(text: str) -> dict[Sample, float]:
    """Every sample by name and sorted labels, as the library's own reader sees it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_figures_are_those_of_the_page(office: Office) -> None:
    with office.database.transaction() as s:
        outcomes: tuple[Outcome, ...] = ("ok", "ok", "drift")
        for outcome in outcomes:
            run = PortalRun("PB", "submit", MONDAY, MONDAY, outcome, 1, 12.0, "", CLAIM_NO)
            portal_runs.note_run(s, run)
        portal_states.cool_down(s, "PB", MONDAY + timedelta(hours=1))
        for _ in range(2):
            portal_states.note_failure(s, "PB", "PortalLayoutChanged", MONDAY)
    propose(office, "money")
    async with office.visitor() as monitor:
        answer = await monitor.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(answer.text)
    submit = (("days", "7"), ("portal", "PB"), ("step", "submit"))
    runs = "huikuan_portal_runs"
    assert found[runs, (("days", "7"), ("outcome", "ok"), *submit[1:])] == 2.0
    assert found[runs, (("days", "30"), ("outcome", "drift"), *submit[1:])] == 1.0
    assert found["huikuan_portal_first_try_ratio", submit] == 0.667
    assert found["huikuan_portal_run_seconds_median", submit] == 12.0
    assert found["huikuan_portal_minutes_saved", submit] == 18.0
    portal = (("portal", "PB"),)
    assert found["huikuan_portal_paused", portal] == 1.0
    assert found["huikuan_portal_cooling_down", portal] == 1.0
    assert found["huikuan_portal_login_locked", portal] == 0.0
    assert found["huikuan_portal_intent_open_oldest_seconds", portal] == 0.0
    assert found["huikuan_portal_patches_waiting", (("kind", "money"), *portal)] == 1.0


async def test_no_claim_no_account_and_no_person_stands_in_the_figures(office: Office) -> None:
    with office.database.transaction() as s:
        portal_runs.note_run(
            s, PortalRun("PB", "submit", MONDAY, MONDAY, "ok", 1, 1.0, "", CLAIM_NO)
        )
    propose(office)
    async with office.visitor() as monitor:
        text = (await monitor.get("/metrics")).text
    labels = {name for _, pairs in samples(text) for name, _ in pairs}
    assert labels == {"portal", "step", "days", "outcome", "kind", "account"}
    for secret in (CLAIM_NO, "CL-", "SO-", "hk-bot", "fin-wang", PATIENT_NAME, "order_no"):
        assert secret not in text


async def test_from_elsewhere_only_who_is_signed_in_reads_them(office: Office) -> None:
    async with office.visitor(host="192.0.2.7") as stranger:
        refused = await stranger.get("/metrics")
        token = {"Authorization": f"Bearer {office.token('audit-he')}"}
        told = await stranger.get("/metrics", headers=token)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:huikuan:problem:not-logged-in"
    assert told.status_code == 200


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded"])
async def test_a_proxy_on_this_machine_does_not_speak_for_itself(
    office: Office, header: str
) -> None:
    async with office.visitor(**{header: "192.0.2.7"}) as proxied:
        assert (await proxied.get("/metrics")).status_code == 401
