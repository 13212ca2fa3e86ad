"""Which bills, returns and clearings should be running, and how each is started anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from activities.clearing_steps import prepared
from activities.world import World
from domain.abandoned import OpenLife
from domain.clearing import ClearingWanted, clearing_no, month_before, month_of
from domain.pay_return import ReturnStart
from domain.payment_facts import PaymentStart
from domain.review import Question
from engine.ids import clearing_id, payment_id, return_id
from engine.profiles import PayerProfile
from store import intents, open_lives
from store.review_views import ReviewView
from store.reviews import evidence_hash_of


def lives_that_should_run(world: World) -> list[OpenLife]:
    """Every one that has no end in our books, whether or not a workflow runs it."""
    with world.database.reading() as session:
        bills = open_lives.open_bills(session)
        returns = open_lives.open_returns(session)
        months = [
            (portal, month)
            for portal in world.counterparties.payers()
            for month in _open_months(session, world, portal)
        ]
    found = [
        OpenLife("bill", number, payment_id(number), case_no, amount)
        for number, case_no, amount in bills
    ]
    found += [
        OpenLife("return", number, return_id(number), case_no, amount)
        for number, case_no, amount in returns
    ]
    for portal, month in months:
        clearing = prepared(world, ClearingWanted(portal.code, month))
        if clearing.count:
            life_id = clearing_id(portal.code, month)
            found.append(OpenLife("clearing", clearing.number, life_id, None, clearing.total))
    return found


def _open_months(session: Session, world: World, portal: PayerProfile) -> Iterable[str]:
    """Months that were begun and have no answer, and the last one once its day is over."""
    begun = open_lives.open_clearings(session, portal.code)
    yield from (month_of(number) for number in begun)
    today, month = world.today(), month_before(world.today())
    day, number = portal.clears_on(today), clearing_no(portal.code, month)
    if day is None or today.day <= day or number in begun:
        return
    if not _was_begun(session, portal.code, number) and not open_lives.has_ended(session, number):
        yield month


def _was_begun(session: Session, portal: str, number: str) -> bool:
    try:
        intents.intent_of(session, portal, number, 1, "clearing")
    except intents.NoSuchIntent:
        return False
    return True


def question_in(review: ReviewView) -> Question:
    """The question as it stands in the inbox, so that asked again it is no new version of it."""
    asked = Question(
        natural_key=review.natural_key,
        kind=review.kind,
        case_no=review.case_no,
        subject=review.subject,
        sentence_zh=review.sentence_zh,
        sentence_en=review.sentence_en,
        amount=review.amount,
        evidence=review.evidence,
        proposals=review.proposals,
        only_if_open=True,
    )
    # A row names every answer, a question those that it offers; the hash tells how it was asked.
    offers_all = evidence_hash_of(asked) == review.evidence_hash
    return asked if offers_all else replace(asked, outcomes=review.outcomes)


def start_of(life: OpenLife) -> tuple[str, Any]:
    """The workflow's type, and what it is told."""
    if life.what == "bill":
        return "PaymentLife", PaymentStart(life.number)
    if life.what == "return":
        return "ReturnLife", ReturnStart(life.number)
    return "ClearMonth", ClearingWanted(portal_of(life), month_of(life.number))


def portal_of(life: OpenLife) -> str:
    """Whose month a clearing clears."""
    return life.number.removeprefix("CLR-").removesuffix(f"-{month_of(life.number)}")
