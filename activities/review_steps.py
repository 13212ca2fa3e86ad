"""Asking a person, and believing only what stands in the decision table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from math import ceil

from sqlmodel import Session
from temporalio import activity

from activities import announced_lines
from activities.allowances import allowance, owed_by
from activities.beating import step
from activities.exhibits import papers_beside
from activities.moot_questions import WHY, is_moot
from activities.signatures import ReviewSteps
from activities.world import DAY_S, World
from domain.difference import WorkOrderRule
from domain.difference_facts import ToWriteOff
from domain.facts import Asked
from domain.money import Money
from domain.review import RULES, Decision, Question, ReviewKind, review_no_of
from engine.clock import business_zone
from store import audit, cases, deciding, money, reviews
from store.reviews import NoSuchReview

TWO_PERSON_LIMIT = "two_person_limit"
REMIND_EVERY_S = DAY_S


class ReviewActivities(ReviewSteps):
    """The steps of a review, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def ask_person(self, question: Question) -> Asked:
        """Put the question into the inbox, once; a decision that is there already comes back.

        One whose matter cleared up by itself leaves the inbox, or never comes there.
        """
        world = self.world
        rule = world.difference_rules.work_order(question.kind, world.today())
        due_at, wait_s = self._due(question, rule)
        with world.writing() as session:
            if is_moot(session, question):
                return self._moot(session, question, due_at)
            review = reviews.ask(
                session,
                replace(question, evidence=papers_beside(session, question)),
                workflow_id=activity.info().workflow_id or "",
                due_at=due_at,
                now=world.now(),
                needed_approvals=self._needed(session, question),
                owner=rule.owner if rule else "",
            )
            if review.state == "cancelled":
                return self._moot(session, question, due_at)
        decision = review.decision
        return Asked(
            review_no=review.review_no,
            remind_in_s=wait_s,
            due_at=review.due_at,
            page=f"{world.page_root}/reviews/{review.review_no}",
            decision_no=decision.decision_no if decision else "",
        )

    def _moot(self, session: Session, question: Question, due_at: datetime) -> Asked:
        number = review_no_of(question.natural_key)
        with suppress(NoSuchReview):
            reviews.cancel_review(session, number, WHY, self.world.now())
        page = f"{self.world.page_root}/reviews/{number}"
        return Asked(number, REMIND_EVERY_S, due_at, page, is_moot=True)

    def _due(self, question: Question, rule: WorkOrderRule | None) -> tuple[datetime, int]:
        """Until when it should be answered, and in how many seconds that is.

        A work order is due within office hours, everything else after working days.
        """
        world = self.world
        if rule is None:
            return world.seconds_until_due(RULES[question.kind].due_working_days)
        now = world.clock.now()
        hours = world.difference_rules.office_hours(now.date())
        due_at = hours.add(now, rule.target_minutes, world.calendar)
        return due_at.astimezone(UTC), ceil((due_at - now).total_seconds())

    def _needed(self, session: Session, question: Question) -> int:
        """Two persons above the limit when nobody knows who started the case (house rule 2).

        Money that left us is written off once accepted: above the caps two persons say so.
        """
        if question.kind in (ReviewKind.TAKE_BACK, ReviewKind.DIFFERENCE):
            return 2 if self._is_above_the_caps(session, question) else 1
        if question.case_no is None:
            return 1
        limit = self.world.counterparties.limit(TWO_PERSON_LIMIT, self.world.today())
        unknown_starter = cases.case_of(session, question.case_no).started_by is None
        return 2 if unknown_starter and question.amount > limit else 1

    def _is_above_the_caps(self, session: Session, question: Question) -> bool:
        taken = money.difference_of(session, question.subject)
        left = taken.amount if question.kind is ReviewKind.TAKE_BACK else question.amount
        owner, borne = announced_lines.shortfall(session, taken)
        borne = borne or -left
        if borne.minor <= 0:
            return False
        allowed = allowance(
            session, self.world, owner or taken.owner, self.world.today(), without=taken.no
        )
        return borne > allowed

    @step
    def load_decision(self, asked: Asked) -> Decision | None:
        """Return the decision of this review, or None for a number that nobody decided."""
        world = self.world
        with world.writing() as session:
            decision = deciding.load_decision(session, asked.review_no, asked.decision_no)
            if decision is None:
                audit.security_event(
                    session,
                    kind="forged_decision",
                    subject=asked.review_no,
                    detail="a wake-up named a decision that does not exist",
                    now=world.now(),
                )
        return decision

    @step
    def write_off_limit(self, wanted: ToWriteOff) -> Money:
        """Up to which amount one person decides alone: by item, by day and by payer."""
        with self.world.database.reading() as session:
            payer = owed_by(session, wanted.subject) if wanted.subject else None
            return allowance(session, self.world, payer, self.world.today())

    @step
    def remind_person(self, review_no: str) -> int:
        """Count a reminder, and hand a late work order on; return the seconds until the next."""
        world = self.world
        with world.writing() as session:
            review = reviews.remind(session, review_no, world.now())
            asked_on = review.opened_at.astimezone(business_zone).date()
            rule = world.difference_rules.work_order(review.kind, asked_on)
            if rule is not None:
                reviews.escalate(session, review_no, rule.escalate_to, world.now())
        return REMIND_EVERY_S

    @step
    def withdraw_question(self, review_no: str) -> None:
        """Nobody waits for the answer any more; a restored store may not know the question."""
        with self.world.writing() as session:
            try:
                reviews.cancel_review(
                    session, review_no, "the life that asked has ended", self.world.now()
                )
            except NoSuchReview:
                activity.logger.warning("%s is not in the inbox: not withdrawn", review_no)
