"""The journal on the page of a case: what was sent when, and whether its pictures are all there."""

from __future__ import annotations

import shutil
from hashlib import sha256

import pytest
from sqlmodel import Session

from domain.exchange import MASK, Entry, Exchange
from domain.exchange import written as record
from domain.intent import IntentState
from domain.money import Money
from domain.picture_chain import Link, chain_of, written
from store import claims, intents, portal_leases, retention
from store.intents import IntentMaker
from store.portal_leases import Fence
from tests.api.office import CASE_NO, MONDAY, PATIENT_NAME, Office, now_utc

CLAIM_NO = "CL-2026-0001-2"
LABELS = ("claims", "insured-filled", "ready-to-submit")


def png_of(label: str) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + label.encode()


def links(labels: tuple[str, ...] = LABELS) -> list[Link]:
    """A run's chain, one link for each picture."""
    chain: list[Link] = []
    for label in labels:
        before = chain[-1].chain if chain else ""
        told = chain_of(before, label, sha256(png_of(label)).hexdigest(), f"- {label}", "b" * 64)
        chain.append(Link(label, "b" * 64, before, told, f"- {label}"))
    return chain


PATIENT = "患者甲"
PLACES = (
    "ready-to-submit",
    "What the page asked to send",
    f"xm = {MASK}",
    "What the portal answered",
    "date: Mon",
)
SAID = (
    ("commit-request", Exchange("POST http://a/claims", (), (Entry("xm", PATIENT, True),))),
    ("commit-answer", Exchange("200", (("date", "Mon"),), (), f"<p>{PATIENT}", 12, "ab" * 32)),
)


def send_and_record(office: Office, *, changed: bool = False) -> list[str]:
    """A sending whose pictures are followed by what was sent and answered; their SHA-256."""
    send(office)
    before, hashes = links()[-1].chain, []
    with office.database.transaction() as s:
        for label, exchange in SAID:
            content = record(exchange)
            told = chain_of(before, label, sha256(content).hexdigest(), "", "")
            link, before = Link(label, "", before, told, ""), told
            if changed and label == "commit-request":
                content = content.replace(b"POST", b"PUT")
            keep(office, s, content, "exchange", label)
            keep(office, s, written(link), "snapshot", label)
            hashes.append(sha256(content).hexdigest())
    return hashes


def keep(office: Office, s: Session, data: bytes, kind: str, label: str) -> None:
    name = f"{CLAIM_NO}-1 {label}"
    office.evidence.put(s, data, kind=kind, source="PB", name=name, case_no=CASE_NO, now=MONDAY)


def send(office: Office, *, without: str = "", unlike: str = "", head: str = "") -> None:
    """Journal a sending at portal B; leave a picture or snapshot out, or keep a changed one."""
    chain = links()
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
        for link in chain:
            if f"screenshot {link.label}" != without:
                data = png_of("other" if f"screenshot {link.label}" == unlike else link.label)
                keep(office, s, data, "screenshot", link.label)
            if f"snapshot {link.label}" != without:
                changed = f"snapshot {link.label}" == unlike
                data = written(link) + (b" changed" if changed else b"")
                keep(office, s, data, "snapshot", link.label)
        journal(s, head or chain[-1].chain)


def journal(s: Session, head: str) -> None:
    now = now_utc()
    lease = portal_leases.acquire(s, "PB", "hk-bot", "holder", now=now, lasts_s=60)
    fence = Fence("PB", "hk-bot", lease.fence, now)
    intents.prepare_intent(
        s, payer="PB", claim_no=CLAIM_NO, version=1, kind="original", digest="d", now=MONDAY
    )
    states: tuple[tuple[IntentState, str], ...] = (
        ("searched", ""),
        ("filled", ""),
        ("armed", ""),
        ("sending", "ab" * 32),
        ("answered", ""),
    )
    for state, detail in states:
        intents.note_intent(
            s,
            "PB",
            CLAIM_NO,
            1,
            "original",
            state,
            now=MONDAY,
            detail=detail,
            by=IntentMaker.BOT,
            fence=fence,
            answered_status=302 if state == "answered" else None,
            answered_location="/claims/R-7" if state == "answered" else "",
            evidence_head=head if state == "filled" else "",
        )


async def sendings_on_the_page(office: Office) -> str:
    async with office.browser("audit-he") as browser:
        page = (await browser.get(f"/cases/{CASE_NO}")).text
    assert PATIENT_NAME not in page
    return page.split('id="sendings"')[1].split("<h2>")[0]


async def pictures_on_their_page(office: Office, login: str = "audit-he") -> str:
    async with office.browser(login) as browser:
        answer = await browser.get(f"/cases/{CASE_NO}/pictures/{CLAIM_NO}")
    assert answer.status_code == 200
    assert PATIENT_NAME not in answer.text
    return answer.text.split('id="pictures"')[1]


async def test_every_state_stands_there_with_what_proves_it(office: Office) -> None:
    send(office)
    shown = await sendings_on_the_page(office)
    states = ("Prepared", "Looked for", "Filled in", "Armed", "Sending", "Answered")
    places = [shown.index(f"<td>{state}</td>") for state in states]
    assert places == sorted(places)
    assert "abababababab" in shown
    assert '302 <span class="mono">/claims/R-7</span>' in shown
    assert links()[-1].chain[:12] in shown


async def test_the_page_of_a_case_opens_no_snapshot(office: Office) -> None:
    send(office)
    shutil.rmtree(office.evidence.folder)
    shown = await sendings_on_the_page(office)
    assert f'href="/cases/{CASE_NO}/pictures/{CLAIM_NO}"' in shown
    assert "Evidence" in shown
    assert "broken" not in shown


async def test_the_pictures_come_in_the_order_of_their_chain(office: Office) -> None:
    send(office)
    shown = await pictures_on_their_page(office)
    places = [shown.index(f"{sha256(png_of(label)).hexdigest()}") for label in LABELS]
    assert places == sorted(places)
    assert "Evidence unbroken" in shown
    assert "missing" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"without": "screenshot insured-filled"},
        {"without": "snapshot claims"},
        {"without": "snapshot ready-to-submit"},
        {"unlike": "screenshot insured-filled"},
        {"unlike": "snapshot insured-filled"},
        {"head": "c" * 64},
    ],
)
async def test_a_picture_or_link_that_is_missing_or_changed_is_seen(
    office: Office, changes: dict[str, str]
) -> None:
    send(office, **changes)
    shown = await pictures_on_their_page(office)
    assert "Evidence broken" in shown
    assert "Evidence unbroken" not in shown


async def test_a_snapshot_that_was_damaged_on_disk_is_counted(office: Office) -> None:
    send(office)
    name = sha256(written(links()[0])).hexdigest()
    (office.evidence.folder / name[:2] / f"{name}.sealed").unlink()
    shown = await pictures_on_their_page(office)
    assert "1 snapshot or exchange cannot be read." in shown
    assert "Evidence broken" in shown


async def test_pictures_that_went_under_the_rule_are_no_broken_chain(office: Office) -> None:
    send(office)
    name = sha256(written(links()[0])).hexdigest()
    with office.database.transaction() as s:
        rule = retention.KeepRule("snapshot", 1095, "section 2.4")
        retention.note_deleted(s, {name: rule}, MONDAY)
    retention.delete_files(office.evidence, [name])
    shown = await pictures_on_their_page(office)
    assert "Evidence deleted under the keeping rule" in shown
    assert "cannot be read" not in shown


async def test_a_case_without_a_sending_says_nothing_of_it(office: Office) -> None:
    async with office.browser("audit-he") as browser:
        assert 'id="sendings"' not in (await browser.get(f"/cases/{CASE_NO}")).text


@pytest.mark.parametrize("claim_no", ["CL-2026-0001-9", "CL-2026-0009-1"])
async def test_a_claim_of_another_case_has_no_pictures_here(office: Office, claim_no: str) -> None:
    async with office.browser("audit-he") as browser:
        answer = await browser.get(f"/cases/{CASE_NO}/pictures/{claim_no}")
    assert answer.status_code == 404


@pytest.mark.parametrize(("login", "opens"), [("ops-li", False), ("fin-wang", True)])
async def test_what_was_sent_and_answered_is_shown_masked_in_its_place(
    office: Office, login: str, opens: bool
) -> None:
    hashes = send_and_record(office)
    shown = await pictures_on_their_page(office, login)
    assert "Evidence unbroken" in shown
    places = [shown.index(text) for text in PLACES]
    assert places == sorted(places)
    assert PATIENT not in shown
    assert "12 B, SHA-256 abababababababab…" in shown
    assert [f'href="/api/evidence/{one}"' in shown for one in hashes] == [opens, opens]


async def test_a_changed_byte_of_what_was_sent_breaks_the_chain(office: Office) -> None:
    send_and_record(office, changed=True)
    shown = await pictures_on_their_page(office)
    assert "Evidence broken" in shown
    assert "commit-request missing" in shown


async def test_a_request_that_was_damaged_on_disk_breaks_the_chain(office: Office) -> None:
    asked, _ = send_and_record(office)
    (office.evidence.folder / asked[:2] / f"{asked}.sealed").unlink()
    shown = await pictures_on_their_page(office)
    assert "Evidence broken" in shown
    assert "1 snapshot or exchange cannot be read." in shown


async def test_a_request_that_went_under_the_rule_is_no_broken_chain(office: Office) -> None:
    asked, _ = send_and_record(office)
    with office.database.transaction() as s:
        rule = retention.KeepRule("exchange", 1095, "section 2.4")
        retention.note_deleted(s, {asked: rule}, MONDAY)
    retention.delete_files(office.evidence, [asked])
    shown = await pictures_on_their_page(office)
    assert "Evidence deleted under the keeping rule" in shown
    assert "cannot be read" not in shown
