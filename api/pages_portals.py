"""The page of the portals: how they stand, how the bots do, and what people may say to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from api.language import language_of
from api.parts import Parts, PartsOf
from api.patch_words import shown_patches
from api.portals import portal_sheets, portals_of
from api.problems import Problem
from api.refusals import problem_of
from api.rendering import page
from api.rights import may_open
from api.sessions import Person
from api.texts import text
from domain.review import Role
from engine.profiles import PayerProfile
from store import portal_patches, portal_states, reviews
from store.issuers import paused_issuers
from store.people import PersonView
from store.portal_patches import PatchAlreadyDecided, PatchNeedsASecondPerson, PatchOvertaken

router = APIRouter()
DONE = ("paused", "going", "unlocked", "accepted", "half", "rejected")
"""What the page may say has just happened."""
Reason = Annotated[str, Form(max_length=500)]


@router.get("/portals")
def show_portals(request: Request, parts: PartsOf, person: Person, done: str = "") -> Response:
    """Show every portal."""
    return _render(request, parts, person, done=done)


@router.post("/portals/{portal}/pause")
async def pause(
    request: Request, parts: PartsOf, person: Person, portal: str, reason: Reason = ""
) -> Response:
    """Let no bot use the portal until somebody says so."""

    def act(s: Session, payer: PayerProfile, why: str, now: datetime) -> None:
        portal_states.pause(s, payer.code, person, why, now)

    return await _said(request, parts, person, portal, reason, act, "paused")


@router.post("/portals/{portal}/go-on")
async def go_on(
    request: Request, parts: PartsOf, person: Person, portal: str, reason: Reason = ""
) -> Response:
    """Let the portal be used again; failures are counted anew."""

    def act(s: Session, payer: PayerProfile, why: str, now: datetime) -> None:
        portal_states.unpause(s, payer.code, person, why, now)

    return await _said(request, parts, person, portal, reason, act, "going")


@router.post("/portals/{portal}/unlock")
async def unlock(
    request: Request, parts: PartsOf, person: Person, portal: str, reason: Reason = ""
) -> Response:
    """Let our login be tried again: somebody has seen to the password."""

    def act(s: Session, payer: PayerProfile, why: str, now: datetime) -> None:
        portal_states.unlock(s, payer.code, payer.login, person, now, why=why)

    return await _said(request, parts, person, portal, reason, act, "unlocked")


@router.post("/portals/patches/{patch_no}")
async def decide_patch(
    request: Request,
    parts: PartsOf,
    person: Person,
    patch_no: str,
    verdict: Annotated[str, Form(max_length=10)],
    reason: Reason = "",
    review: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Accept or reject a proposed change, and go back to where it was shown."""
    try:
        back = await run_in_threadpool(_back, parts, review)
        done = await run_in_threadpool(_decide, parts, person, patch_no, verdict, reason.strip())
    except (Problem, PatchAlreadyDecided, PatchNeedsASecondPerson, PatchOvertaken) as refused:
        return await run_in_threadpool(_refused, request, parts, person, refused)
    return RedirectResponse(back or f"/portals?done={done}", status_code=303)


def _decide(parts: Parts, person: PersonView, patch_no: str, verdict: str, why: str) -> str:
    if verdict not in ("accept", "reject"):
        raise Problem(422, "outcome-unknown", field="verdict")
    _require(why)
    say = portal_patches.accept if verdict == "accept" else portal_patches.reject
    with parts.database.transaction() as s:
        return say(s, patch_no, person, parts.clock.now(), why=why).state


def _back(parts: Parts, review_no: str) -> str:
    """The question that the change was shown beside; empty without one. Raises: NoSuchReview."""
    if not review_no:
        return ""
    with parts.database.reading() as s:
        return f"/reviews/{reviews.review_of(s, review_no).review_no}#drift"


async def _said(
    request: Request,
    parts: Parts,
    person: PersonView,
    portal: str,
    reason: str,
    act: Callable[[Session, PayerProfile, str, datetime], None],
    done: str,
) -> Response:
    """Do what a person says to one portal, with their reason in the trail."""
    payer = next((payer for payer in portals_of(parts) if payer.code == portal), None)
    if payer is None:
        raise Problem(404, "no-such-portal")
    why = reason.strip()

    def do() -> Response:
        try:
            _require(why)
        except Problem as missing:
            return _refused(request, parts, person, missing)
        with parts.database.transaction() as s:
            act(s, payer, why, parts.clock.now())
        return RedirectResponse(f"/portals?done={done}", status_code=303)

    return await run_in_threadpool(do)


def _require(why: str) -> None:
    if not why:
        raise Problem(422, "portal-reason-missing", field="reason")


def _refused(request: Request, parts: Parts, person: PersonView, refused: Exception) -> Response:
    problem = refused if isinstance(refused, Problem) else problem_of(refused)
    if problem is None:
        raise refused
    return _render(request, parts, person, problem=problem)


def _render(
    request: Request,
    parts: Parts,
    person: PersonView,
    *,
    done: str = "",
    problem: Problem | None = None,
) -> Response:
    language = language_of(request)
    with parts.database.reading() as s:
        sheets = portal_sheets(s, parts)
        paused = paused_issuers(s)
        patches = {sheet.code: shown_patches(s, parts, person, sheet.patches) for sheet in sheets}
    return page(
        request,
        "portals.html",
        status=problem.status if problem else 200,
        sheets=sheets,
        may_open=partial(may_open, Role(person.role)),
        patches=patches,
        paused=paused,
        resumed=done == "resumed",
        review_no="",
        flash=text(language, f"portals.done_{done}") if done in DONE else "",
        refused=text(language, f"problem.{problem.slug}") if problem else "",
    )
