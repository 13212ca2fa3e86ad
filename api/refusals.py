"""Turns every error that may leave a route into its one answer: one table, one place."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.parts import CaseRequestRefused, EngineAway, OrderNotStarted, PaymentAlreadyRunning
from api.problems import Problem, for_programs, problem_json
from api.protection import with_strict_headers
from api.rendering import error_page
from domain.payment import PartIsNothing
from engine.ids import NotAnOrderNo
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning, NoSuchCase
from store.cash import CashDiffers, CashNeedsASecondPerson, CashNotInThatState, NoSuchCash
from store.claims import NoSuchClaim
from store.closing import PeriodNotReady
from store.documents import EvidenceDamaged, NoSuchEvidence
from store.goods_returns import GoodsNotNamed, InsurerTookItBack, MorePiecesThanWereSold
from store.pay_refunds import MoreThanWasTaken
from store.pay_returns import BillNotPaid, NothingToReturn, ReturnStillOpen
from store.payment_views import NoSuchPayment
from store.people import LoginLocked
from store.periods import (
    LaterPeriodClosed,
    MayNotClose,
    NotAPeriod,
    PeriodNeedsASecondPerson,
    PeriodNotInThatState,
)
from store.portal_codes import CodeRequestOver, NoSuchCodeRequest
from store.portal_patches import (
    NoSuchPatch,
    PatchAlreadyDecided,
    PatchNeedsASecondPerson,
    PatchOvertaken,
)
from store.portal_people import AuditorChangesNothing
from store.reviews import (
    EvidenceChanged,
    NoSuchReview,
    OutcomeUnknown,
    ReasonMissing,
    ReviewAlreadyDecided,
    RoleMayNotDecide,
    SecondPersonNeeded,
    StarterMayNotDecide,
)
from store.share_bills import BillStillOpen, NothingOwed, PartsAreNotTheShare

_LOCK_S = 15 * 60

REFUSALS: dict[type[Exception], tuple[int, str, str | None]] = {
    RoleMayNotDecide: (403, "role-may-not-decide", None),
    StarterMayNotDecide: (403, "starter-may-not-decide", None),
    SecondPersonNeeded: (403, "second-person-needed", None),
    ReviewAlreadyDecided: (409, "review-already-decided", None),
    EvidenceChanged: (409, "evidence-changed", "evidence_hash"),
    OutcomeUnknown: (422, "outcome-unknown", "outcome"),
    ReasonMissing: (422, "reason-missing", "reason_code"),
    NoSuchReview: (404, "no-such-review", None),
    NotAPeriod: (404, "no-such-period", "period"),
    MayNotClose: (403, "not-allowed", None),
    PeriodNotReady: (409, "period-not-ready", None),
    PeriodNotInThatState: (409, "period-other-state", None),
    PeriodNeedsASecondPerson: (403, "period-second-person", None),
    LaterPeriodClosed: (409, "period-later-closed", None),
    NoSuchCase: (404, "no-such-case", None),
    NoSuchClaim: (404, "no-such-claim", None),
    NoSuchEvidence: (404, "no-such-evidence", None),
    EvidenceDamaged: (410, "no-such-evidence", None),
    NotAnOrderNo: (422, "not-an-order-no", "order_no"),
    CaseAlreadyRunning: (409, "case-exists", "order_no"),
    CaseAlreadyClosed: (409, "case-exists", "order_no"),
    OrderNotStarted: (422, "order-refused", "order_no"),
    CaseRequestRefused: (409, "case-request-refused", None),
    EngineAway: (503, "engine-away", None),
    NoSuchPatch: (404, "no-such-patch", None),
    PatchAlreadyDecided: (409, "patch-already-decided", None),
    PatchNeedsASecondPerson: (403, "second-person-needed", None),
    PatchOvertaken: (409, "patch-overtaken", None),
    AuditorChangesNothing: (403, "not-allowed", None),
    LoginLocked: (429, "login-locked", None),
    NoSuchCodeRequest: (404, "no-such-code-request", None),
    CodeRequestOver: (409, "code-request-over", None),
    NoSuchPayment: (404, "no-such-payment", None),
    NothingOwed: (409, "nothing-owed", None),
    PartsAreNotTheShare: (422, "parts-are-not-the-share", "parts"),
    PartIsNothing: (422, "part-is-nothing", "parts"),
    BillStillOpen: (409, "bill-still-open", None),
    BillNotPaid: (409, "bill-not-paid", None),
    ReturnStillOpen: (409, "return-still-open", None),
    NothingToReturn: (422, "nothing-to-return", "parts"),
    MoreThanWasTaken: (422, "more-than-was-taken", "amount"),
    MorePiecesThanWereSold: (422, "more-pieces-than-were-sold", "goods"),
    GoodsNotNamed: (422, "goods-not-named", "goods"),
    InsurerTookItBack: (409, "insurer-took-it-back", None),
    NoSuchCash: (404, "no-such-cash", None),
    CashNotInThatState: (409, "cash-not-in-that-state", None),
    CashNeedsASecondPerson: (403, "second-person-needed", None),
    CashDiffers: (422, "cash-differs", "amount"),
    PaymentAlreadyRunning: (409, "bill-still-open", None),
}
"""error -> status, problem, field."""

# Their message is written for people and carries ids only.
_TOLD = (
    OrderNotStarted,
    CaseRequestRefused,
    CaseAlreadyRunning,
    CaseAlreadyClosed,
    PartsAreNotTheShare,
    BillStillOpen,
    PaymentAlreadyRunning,
    BillNotPaid,
    ReturnStillOpen,
    MoreThanWasTaken,
    MorePiecesThanWereSold,
    GoodsNotNamed,
    InsurerTookItBack,
    CashNotInThatState,
    CashDiffers,
)
_BY_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def problem_of(error: Exception) -> Problem | None:
    """Return the refusal that this error means, None when it is not in the table."""
    for known, (status, slug, field) in REFUSALS.items():
        if isinstance(error, known):
            return Problem(
                status,
                slug,
                field=field,
                detail=str(error) if isinstance(error, _TOLD) else None,
                headers={"Retry-After": str(_LOCK_S)} if status == 429 else None,
            )
    return None


def install(app: FastAPI) -> None:
    """Let the app answer each error of the table, and any other one without its text."""
    for known in (*REFUSALS, Problem):
        app.add_exception_handler(known, _on_known)
    app.add_exception_handler(RequestValidationError, _on_bad_input)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unexpected)


def answer(request: Request, problem: Problem) -> Response:
    """JSON for programs; for people a page, or the login when that is what is missing."""
    if for_programs(request.url.path):
        return problem_json(request, problem)
    if problem.slug == "not-logged-in":
        return RedirectResponse(f"/login?next={_local(request)}", status_code=303)
    return error_page(request, problem)


async def _on_known(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else problem_of(error)
    if problem is None:
        raise error
    return answer(request, problem)


async def _on_bad_input(request: Request, error: Exception) -> Response:
    fields: list[str] = []
    if isinstance(error, RequestValidationError):
        # Only the place and the rule: what was typed may be personal data.
        fields = [".".join(str(part) for part in found["loc"][1:]) for found in error.errors()]
    return answer(request, Problem(422, "bad-input", field=", ".join(filter(None, fields)) or None))


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    slug = _BY_STATUS.get(status, "bad-input" if status < 500 else "failed")
    return answer(request, Problem(status, slug, headers=headers))


async def _on_unexpected(request: Request, error: Exception) -> Response:
    return with_strict_headers(answer(request, Problem(500, "failed")))


def _local(request: Request) -> str:
    return request.url.path if request.method == "GET" else "/"
