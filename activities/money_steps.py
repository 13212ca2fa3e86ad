"""Collecting advices and statements over APIs, and matching what the bank shows."""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity

from activities import bill_fetching, differences, fetching, matching, missing_bills
from activities.beating import step
from activities.signatures import MoneySteps
from activities.world import World
from domain.difference_facts import LinesLeft
from domain.facts import (
    AccountDay,
    CollectDay,
    CollectFrom,
    DocumentRef,
    MatchFacts,
    OpenDifference,
)
from domain.review import Decision, Question

LOOK_BACK_DAYS = 45
"""How far back a source is asked: documents that came late are found, known ones are skipped."""


class MoneyActivities(MoneySteps):
    """The steps around money, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def sources_due(self, wanted: CollectDay | None) -> list[CollectFrom]:
        """Every payer that sends advices, pay channel and bank account that is wanted; who has
        nothing new answers with nothing.

        Bills come before statements, so that a credit is expected when the bank shows it.
        """
        wanted = wanted or CollectDay()
        day = wanted.day or self.world.today()
        profiles = self.world.counterparties
        payers = [
            CollectFrom(p.code, p.way == "portal", day)
            for p in profiles.payers()
            if p.sends_advices
        ]
        channel = CollectFrom(profiles.pay_channel.code, False, day)
        banks = [CollectFrom(bank.code, False, day, in_order=True) for bank in profiles.banks()]
        others = {source.source for source in (*payers, channel, *banks)}
        bills = [] if wanted.source in others else bill_fetching.channels_due(self.world, day)
        return [
            source
            for source in (*payers, channel, *bills, *banks)
            if wanted.source in ("", source.source) and (wanted.portals or not source.by_portal)
        ]

    @step
    def collect_from_api(self, wanted: CollectFrom) -> list[DocumentRef]:
        """Fetch what is not on record yet, and keep each document as evidence."""
        if wanted.source in self.world.pay_ways.paying_out():
            return bill_fetching.collect_bills(self.world, wanted)
        since = wanted.day - timedelta(days=LOOK_BACK_DAYS)
        return fetching.collect(self.world, wanted, since)

    @step
    def match_account(self, wanted: AccountDay) -> MatchFacts:
        """Match every open line of the account; name what a person must decide."""
        day = wanted.day or self.world.today()
        matched = matching.match_lines(self.world, wanted.account, day)
        with self.world.writing() as session:
            to_ask = differences.to_ask(session, self.world, wanted.account, day, life=_life())
            ageing = differences.ageing_days(session, wanted.account, day)
            at_channels = differences.ageing_at_channels(session, self.world, wanted.account, day)
        return MatchFacts(matched, tuple(to_ask), ageing, at_channels)

    @step
    def lines_left(self, wanted: AccountDay) -> LinesLeft:
        """Look at what is unclear of the lines that were booked on this day."""
        day = wanted.day or self.world.today()
        with self.world.writing() as session:
            return differences.left_of(session, self.world, wanted.account, day, life=_life())

    @step
    def question_about(self, difference: OpenDifference) -> Question:
        """Put a difference into words, with evidence and ranked proposals."""
        return differences.question_about(self.world, difference)

    @step
    def settle_difference(self, decision: Decision) -> None:
        """Book a difference as decided, or leave it open to be asked again."""
        differences.settle(self.world, decision)

    @step
    def question_about_bill(self, wanted: AccountDay) -> Question | None:
        """What to ask about a pay channel's bill that is overdue; None when it is booked."""
        return missing_bills.question_about(self.world, wanted)

    @step
    def give_up_bill(self, decision: Decision) -> None:
        """A person decided that there will be no such bill; should it come, it is booked still."""
        missing_bills.give_up(self.world, decision)


def _life() -> str:
    return activity.info().workflow_id or ""
