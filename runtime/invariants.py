"""What must hold after a run, asked of the books, of Temporal, and of the counterparties."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from api.objection_words import objection_words
from domain.ledger import bank as bank_account
from domain.lifecycle import ENDED
from domain.money import Money
from runtime.clearing_held import clearing_differs
from runtime.funds_held import funds_differ
from runtime.held_outside import held_otherwise
from runtime.outcomes import differences_from
from runtime.people import DEMO_PASSWORD
from runtime.settlements_held import settlements_differ
from runtime.wiring import Parts
from sandbox.options import DEFAULTS
from sandbox.scenarios import SERVICE_OF_PAYER, seeds
from store import cases, closing, ledger, money, reviews

if TYPE_CHECKING:
    from runtime.demo import Demo


PAYLOAD_KEYS = "payload_keys"
"""The one file of ours that holds a secret in clear: all else is sealed with it."""
_SANDBOX_SECRETS = ("token", "webhook_secret", "portal_password", "totp_secret")


@dataclass(frozen=True)
class Finding:
    """One invariant: its sentence, and everything that speaks against it."""

    sentence: str
    against: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.against


def finding(sentence: str, against: Iterable[str]) -> Finding:
    """Gather what speaks against a sentence."""
    return Finding(sentence, tuple(against))


async def check_everything(demo: Demo) -> list[Finding]:
    """Check every invariant, each on its own."""
    parts = demo.parts
    return [
        finding("every order ended as its file says", differences_from(parts, demo.outcomes)),
        finding("the bill in parts is paid, and settles its share", demo.bill.differs()),
        finding("clearing is what is under way to us, to the fen", await channels_differ(demo)),
        finding("no workflow failed, no workflow task failed", await failures_in(demo.client)),
        finding("debits = credits", unbalanced(parts)),
        finding("bank accounts = bank's own balances", await bank_differs(parts)),
        finding("suspense = sum of open differences", suspense_differs(parts)),
        finding("every open item has an owner and a date", without_owner(parts)),
        finding("insurers hold the settlements we count on", settlements_differ(parts)),
        finding("bank money is with the ERP once, to the fen", await _funds_differ(demo)),
        finding("every effect exists once at its counterparty", await doubled(demo)),
        finding("every decision has a person, a reason and its evidence", unsigned(parts)),
        finding("no patient's data and no secret in any store or log", leaks(demo.stack.home)),
    ]


async def failures_in(client: Client) -> list[str]:
    """Lives that failed, and lives whose code failed on the way."""
    found = []
    async for execution in client.list_workflows():
        status = execution.status.name if execution.status else "UNKNOWN"
        if status in ("FAILED", "TIMED_OUT", "TERMINATED"):
            found.append(f"{execution.id}: {status.lower()}")
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        async for event in handle.fetch_history_events():
            if _is_failed_task(event):
                found.append(f"{execution.id}: workflow task failed in event {event.event_id}")
    return found


def _is_failed_task(event: HistoryEvent) -> bool:
    """A task that a wake-up overtook just as the life ended is taken again: that is no failure."""
    if event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
        return False
    cause = event.workflow_task_failed_event_attributes.cause
    return cause != WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND


def unbalanced(parts: Parts) -> list[str]:
    """The trial balance must add up."""
    with parts.database.reading() as session:
        rows = ledger.trial_balance(session)
    debits = Money.total(debit for _, debit, _ in rows)
    credited = Money.total(credit for _, _, credit in rows)
    if not rows:
        return ["the ledger is empty"]
    return [] if debits == credited else [f"debits {debits}, credits {credited}"]


async def bank_differs(parts: Parts) -> list[str]:
    """Each bank account in our books against the balance that the bank itself tells."""
    found = []
    for profile in parts.counterparties.banks():
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(
                f"{profile.url}/accounts/{profile.code}/balance",
                headers={"Authorization": f"Bearer {profile.secret().get_secret_value()}"},
            )
        theirs = Money.parse(answer.raise_for_status().json()["balance"])
        with parts.database.reading() as session:
            ours = ledger.balance(session, bank_account(profile.code))
        if ours != theirs:
            found.append(f"{profile.code}: books {ours}, bank {theirs}")
    return found


async def channels_differ(demo: Demo) -> list[str]:
    """Clearing against the books of the acquirer, the insurers at the counter, and the bank."""
    books = {name: await _held_by(demo, name) for name in ("acquirer", "bank")}
    for payer, service in SERVICE_OF_PAYER.items():
        books[payer] = await _held_by(demo, service)
    return clearing_differs(demo.parts, books)


def suspense_differs(parts: Parts) -> list[str]:
    """Unclear money is exactly the open work, owner by owner."""
    with parts.database.reading() as session:
        return [objection_words(one, "en") for one in closing.suspense_differs(session)]


def without_owner(parts: Parts) -> list[str]:
    """An open item belongs to an open case, or a review asks about it; and it has a due date.

    A difference is asked about on its day.
    """
    found = []
    with parts.database.reading() as session:
        asked = {review.case_no for review in reviews.inbox(session)}
        for item in money.open_items(session):
            case = cases.case_of(session, item.case_no)
            if item.due_on is None:
                found.append(f"{item.item_no}: no due date")
            if case.stage in ENDED and item.case_no not in asked:
                found.append(f"{item.item_no}: its case has ended and nobody asks about it")
        found += [
            f"{difference.no}: was to be asked about on {difference.ask_on}, and nobody did"
            for difference in money.open_differences(session)
            if difference.review_no is None and difference.ask_on < parts.clock.today()
        ]
    return found


async def _funds_differ(demo: Demo) -> list[str]:
    return funds_differ(demo.parts, (await _held_by(demo, "erp"))["vouchers"])


async def doubled(demo: Demo) -> list[str]:
    """Ask each counterparty what it holds: one of each, and none that we do not know."""
    books = {name: await _held_by(demo, name) for name in demo.conductor.sandbox}
    twice = [told for name, held in books.items() for told in _doubles_in(name, held)]
    return [*twice, *held_otherwise(demo.parts, books)]


async def _held_by(demo: Demo, name: str) -> dict[str, Any]:
    """Everything that a counterparty holds, as it says itself."""
    async with httpx.AsyncClient(trust_env=False, timeout=30.0) as http:
        answer = await http.get(f"{demo.conductor.sandbox[name]}/_sandbox/books")
    return dict(answer.raise_for_status().json())


_IDENTITY = {
    ("erp", "vouchers"): ("key",),
    ("erp", "invoices"): ("order_no",),
    ("erp", "reservations"): ("order_no",),
    ("carrier", "shipments"): ("order_no",),
    ("tax", "invoices"): ("order_no",),
    ("tax", "credit_notes"): ("invoice_no",),
    ("payer_a", "claims"): ("claim_no", "version"),
    ("payer_b", "claims"): ("claim_no", "version"),
    ("payer_b", "appeals"): ("payer_claim_no",),
    ("pay_channel", "payment_links"): ("order_no",),
    ("pay_channel", "refunds"): ("key",),
    ("payer_a", "settlements"): ("key",),
    ("acquirer", "payments"): ("merchant", "pay_no"),
    ("acquirer", "refunds"): ("merchant", "refund_no"),
    ("acquirer", "payouts"): ("merchant", "door", "day"),
    ("payer_a", "counter_payouts"): ("kind", "day"),
}


def _doubles_in(name: str, books: dict[str, Any]) -> list[str]:
    found = []
    for (service, part), identity in _IDENTITY.items():
        if service != name:
            continue
        if part not in books:
            found.append(f"{name}: does not tell its {part}")
            continue
        held = Counter(tuple(str(row[field]) for field in identity) for row in books[part])
        found += [f"{name}: {count} {part} of {key}" for key, count in held.items() if count > 1]
    return found


def unsigned(parts: Parts) -> list[str]:
    """Each decided review: a person, a reason, and the hash of what that person saw."""
    found = []
    with parts.database.reading() as session:
        decided = reviews.inbox(session, state="decided")
        for review in decided:
            decision = review.decision
            if decision is None or not (decision.person and decision.reason_code):
                found.append(f"{review.review_no}: no person or no reason")
            if len(review.evidence_hash) != 64:
                found.append(f"{review.review_no}: no evidence hash")
    return found if decided else ["nobody decided anything"]


def leaks(home: Path) -> list[str]:
    """Search every file that we wrote for the sandbox's people and for secrets, as raw bytes."""
    words = [(spelt, "a name") for told in _personal() for spelt in _spellings(told)]
    words += [(told.encode(), "a secret") for told in _secrets(home)]
    found = []
    searched = 0
    for file in sorted(home.rglob("*")):
        inside_sandbox = file.relative_to(home).parts[0] == "sandbox"
        if inside_sandbox or not file.is_file() or file.name.startswith("sandbox-"):
            continue
        searched += 1
        content = file.read_bytes()
        if file.name != PAYLOAD_KEYS:
            held = {what for word, what in words if word in content}
            found += [f"{file.relative_to(home)}: holds {what}" for what in sorted(held)]
    return sorted(set(found)) if searched else ["no file was searched"]


def _secrets(home: Path) -> Iterable[str]:
    """What the demo's counterparties and people sign in with, and the keys that seal all else."""
    yield from (DEFAULTS[name] for name in _SANDBOX_SECRETS)
    yield DEMO_PASSWORD
    for file in home.rglob(PAYLOAD_KEYS):
        for key in file.read_text(encoding="utf-8").strip().split(","):
            yield key.partition(":")[2]


def _personal() -> Iterable[str]:
    """Names and numbers of every patient of the sandbox."""
    for order in seeds()["erp"]["orders"]:
        yield from (order["patient"]["name"], order["patient"]["id_no"])
        yield from (coverage["member_no"] for coverage in order["coverages"])


def _spellings(word: str) -> set[bytes]:
    """As text, and as JSON writes it that keeps to ASCII."""
    return {word.encode(), json.dumps(word)[1:-1].encode()}
