"""Asking a person, and believing only what stands in the decision table."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session
from temporalio import activity

from activities.beating import step
from activities.exhibits import papers_beside
from activities.signatures import ReviewSteps
from activities.world import DAY_S, World
from domain.facts import Asked
from domain.money import Money
from domain.review import RULES, WRITE_OFF_LIMIT, Decision, Question
from store import audit, cases, deciding, reviews
from store.reviews import NoSuchReview

TWO_PERSON_LIMIT = "two_person_limit"
REMIND_EVERY_S = DAY_S


class ReviewActivities(ReviewSteps):
    """The steps of a review, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def ask_person(self, question: Question) -> Asked:
        """Put the question into the inbox, once; a decision that is there already comes back."""
        world = self.world
        due_at, wait_s = world.seconds_until_due(RULES[question.kind].due_working_days)
        with world.writing() as session:
            review = reviews.ask(
                session,
                replace(question, evidence=papers_beside(session, question)),
                workflow_id=activity.info().workflow_id or "",
                due_at=due_at,
                now=world.now(),
                needed_approvals=self._needed(session, question),
            )
        decision = review.decision
        return Asked(
            review_no=review.review_no,
            remind_in_s=wait_s,
            due_at=review.due_at,
            page=f"{world.page_root}/reviews/{review.review_no}",
            decision_no=decision.decision_no if decision else "",
        )

    def _needed(self, session: Session, question: Question) -> int:
        """Two persons above the limit when nobody knows who started the case (house rule 2)."""
        if question.case_no is None:
            return 1
        limit = self.world.counterparties.limit(TWO_PERSON_LIMIT, self.world.today())
        unknown_starter = cases.case_of(session, question.case_no).started_by is None
        return 2 if unknown_starter and question.amount > limit else 1

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
    def write_off_limit(self, amount: Money) -> Money:
        """The dated limit above which the finance head must approve."""
        return self.world.counterparties.limit(WRITE_OFF_LIMIT, self.world.today())

    @step
    def remind_person(self, review_no: str) -> int:
        """Count a reminder; return the seconds until the next."""
        with self.world.writing() as session:
            reviews.remind(session, review_no, self.world.now())
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
