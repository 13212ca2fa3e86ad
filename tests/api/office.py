"""One office with its people, a case and some questions, for the tests of the API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from api.app import create_app
from api.options import ApiOptions
from api.parts import Parts, PaymentAlreadyRunning, machine_time
from domain.money import Money
from domain.review import Question, ReviewKind, Role
from engine.clock import business_zone
from engine.codec import EncryptionCodec
from engine.settings import Settings
from engine.wake import WakeRefused
from store import people, reviews
from store.database import Database
from store.documents import EvidenceStore
from store.reviews import ReviewView
from tests.activities.desk import profiles, working_days

BASE = "http://127.0.0.1:18090"
MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=business_zone)
KEY = bytes(range(32))
PATIENT_NAME, PATIENT_ID = "测试甲 001", "TEST-ID-000001"
WEBHOOK_SECRET = "sandbox-webhook-secret"
CASE_NO, CLAIM_NO = "SO-2026-0001", "CL-2026-0001-1"

PEOPLE = {
    "ops-li": (Role.OPS, "李运营"),
    "fin-wang": (Role.FINANCE, "王财务"),
    "fin-zhao": (Role.FINANCE, "赵财务"),
    "head-chen": (Role.FINANCE_HEAD, "陈负责"),
    "audit-he": (Role.AUDITOR, "何审计"),
}


class StandingClock:
    """A business clock that moves only when told."""

    def __init__(self, moment: datetime = MONDAY) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()


@dataclass
class Wakes:
    """A way to the lives that notes what it was asked to send.

    `fails` is raised for every life, `refuses` names one that does not accept its wake-up.
    """

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    fails: Exception | None = None
    refuses: str = ""
    answer: str = "delivered"

    async def __call__(self, workflow_id: str, name: str, arg: str) -> str:
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        if workflow_id == self.refuses:
            raise WakeRefused(workflow_id, name)
        self.sent.append((workflow_id, name, arg))
        return self.answer


@dataclass
class Asks:
    """What people asked of cases; `refusal` makes the case say no."""

    started: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    refusal: Exception | None = None
    paying: list[str] = field(default_factory=list)

    async def start_payment(self, payment_no: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        if payment_no in self.paying:
            raise PaymentAlreadyRunning(payment_no)
        self.paying.append(payment_no)
        return f"payment-{payment_no}"

    async def start(self, order_no: str, login: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.started.append((order_no, login))
        return f"case-{order_no}"

    async def ask(self, case_no: str, what: str, login: str, reason: str) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.asked.append((case_no, what, login, reason))


@dataclass
class Office:
    """The app with everything behind it."""

    app: FastAPI
    settings: Settings
    database: Database
    evidence: EvidenceStore
    clock: StandingClock
    wakes: Wakes
    asks: Asks
    login_time: Callable[[], datetime] = machine_time

    def visitor(self, *, host: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A client that nobody has logged in."""
        transport = httpx.ASGITransport(app=self.app, client=(host, 4711))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers=named)

    def token(self, login: str) -> str:
        """A fresh session's token."""
        with self.database.transaction() as s:
            return people.open_session(s, login, self.login_time())

    def program(self, login: str) -> httpx.AsyncClient:
        """A REST client of this person."""
        return self.visitor(Authorization=f"Bearer {self.token(login)}")

    def browser(self, login: str, *, lang: str = "en") -> httpx.AsyncClient:
        """A client with this person's cookie that behaves like a browser on our own pages."""
        client = self.visitor(sec_fetch_site="same-origin", accept_language=lang)
        client.cookies.set("huikuan_session", self.token(login))
        return client

    def put(self, data: bytes, *, kind: str, case_no: str | None = CASE_NO) -> str:
        """Keep a piece of evidence."""
        with self.database.transaction() as s:
            return self.evidence.put(
                s, data, kind=kind, source="test", name=kind, case_no=case_no, now=MONDAY
            )

    def ask(self, kind: ReviewKind = ReviewKind.DENIAL, **changes: object) -> ReviewView:
        """Ask a question; ask it again with other `changes` and it becomes the next version."""
        needed = changes.pop("needed_approvals", 1)
        assert isinstance(needed, int)
        with self.database.transaction() as s:
            asked = question(kind, **changes)
            return reviews.ask(
                s,
                asked,
                workflow_id=f"review-for-{asked.natural_key}",
                due_at=MONDAY + timedelta(days=5),
                now=MONDAY,
                needed_approvals=needed,
            )

    def review(self, review_no: str) -> ReviewView:
        """A question as it stands."""
        with self.database.reading() as s:
            return reviews.review_of(s, review_no)


def open_office(
    folder: Path,
    database: Database,
    *,
    options: ApiOptions | None = None,
    settings: Settings | None = None,
    login_time: Callable[[], datetime] = machine_time,
) -> Office:
    """Build the app over a furnished database (`tests.api.furniture`)."""
    settings = settings or settings_in(folder)
    evidence, clock = EvidenceStore(folder / "evidence"), StandingClock()
    wakes, asks = Wakes(), Asks()
    parts = Parts(
        settings=settings,
        database=database,
        evidence=evidence,
        clock=clock,
        codec=EncryptionCodec({"k1": KEY}),
        counterparties=profiles(),
        calendar=working_days(),
        wake=wakes,
        start_case=asks.start,
        ask_case=asks.ask,
        start_payment=asks.start_payment,
        start_return=asks.start_payment,
        options=options or ApiOptions(codec_open_on_loopback=None),
        login_time=login_time,
    )
    return Office(app_over(parts), settings, database, evidence, clock, wakes, asks, login_time)


_APPS: list[FastAPI] = []


def app_over(parts: Parts, *, its_own: bool = False) -> FastAPI:
    """The app over these parts. Tests share one: FastAPI builds its routes for 0.1 s each time.

    A test that adds a route asks for an app of its own.
    """
    if its_own or not _APPS:
        names = [field.name for field in fields(Parts) if field.name not in ("settings", "lids")]
        app = create_app(parts.settings, **{name: getattr(parts, name) for name in names})
        if its_own:
            return app
        _APPS.append(app)
    _APPS[0].state.parts = parts
    return _APPS[0]


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings with every file below `folder`."""
    values: dict[str, object] = {
        "home": folder,
        "database_url": f"sqlite:///{folder / 'huikuan.sqlite'}",
        "payload_keys": SecretStr("k1:" + "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        **changes,
    }
    return Settings.model_validate(values)


def question(kind: ReviewKind, **changes: object) -> Question:
    """A question about the claim of the case."""
    values: dict[str, object] = {
        "natural_key": f"{CLAIM_NO}:{kind}",
        "kind": kind,
        "case_no": CASE_NO,
        "subject": CLAIM_NO,
        "sentence_zh": f"{CLAIM_NO} 被拒付 240.00 元：更正后再申报，还是核销？",
        "sentence_en": f"{CLAIM_NO}: 240.00 was denied. Correct and resend, or write off?",
        "amount": Money(24000),
        **changes,
    }
    return Question(**values)  # type: ignore[arg-type]


def answer_to(review: ReviewView, **changes: object) -> dict[str, object]:
    """The body of a sound decision over REST."""
    return {
        "outcome": review.outcomes[0],
        "reason_code": "data_error",
        "text": "checked against the delivery note",
        "version": review.version,
        "evidence_hash": review.evidence_hash,
        **changes,
    }


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"the page has no field {name}"
    return found.group(1)


def now_utc() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)
