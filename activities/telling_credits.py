"""Credits of payers that send no advice: the credit itself tells which claims it pays, whole.

Taken at its word is only what proves itself: every claim of the credit is named or found by a rule
of the engine, is with its payer, has nothing but its whole bill open, and their sum is the credit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import Session

from activities.world import World
from domain.bookings import credit_journal, match_journal
from domain.lifecycle import WITH_THE_PAYER, ClaimStatus
from domain.matching import MatchRule
from domain.money import Money
from domain.statement import StatementLine
from domain.transfer_fee import TransferFee
from engine.ids import case_id, claim_id
from reconciliation.engine import Explained, Outcome, Snapshot
from store import claims, ledger, money, outbox
from store.money import LineAlreadyMatched

Told = Mapping[str, tuple[Explained, ...]]
"""What a credit pays, by line: one claim, several, or a part of one that others complete."""


def told_by_credits(
    session: Session, world: World, snapshot: Snapshot, outcome: Outcome
) -> dict[str, tuple[Explained, ...]]:
    """The lines that may be booked as they are explained."""
    silent = {p.code for p in world.counterparties.payers() if not p.sends_advices}
    items = {i.item_id: i for i in snapshot.items if i.kind == "claim" and i.payer in silent}
    if not items:
        return {}
    minor = {line.line_id: line.minor for line in snapshot.lines}
    of_line: dict[str, list[Explained]] = defaultdict(list)
    of_item: dict[str, list[Explained]] = defaultdict(list)
    for one in outcome.explained:
        of_line[one.line_id].append(one)
        of_item[one.item_id].append(one)

    def adds_up(line_id: str) -> bool:
        paid = of_line[line_id]
        if len(paid) == 1:
            parts = of_item[paid[0].item_id]
            came = sum(minor[part.line_id] + part.off_minor for part in parts)
            is_alone = all(len(of_line[part.line_id]) == 1 for part in parts)
            return is_alone and came == items[paid[0].item_id].minor
        named = [items[one.item_id] for one in paid]
        is_theirs = all(len(of_item[one.item_id]) == 1 and not one.off_minor for one in paid)
        is_one_payer_s = len({item.payer for item in named}) == 1
        return is_theirs and is_one_payer_s and minor[line_id] == sum(i.minor for i in named)

    return {
        line_id: tuple(paid)
        for line_id, paid in of_line.items()
        if all(one.item_id in items and _is_whole(session, one.item_id) for one in paid)
        and adds_up(line_id)
    }


def _is_whole(session: Session, claim_no: str) -> bool:
    """Whether the payer has it and owes all of it."""
    claim = claims.claim_of(session, claim_no)
    owed = [i.open for i in money.items_of(session, claim.case_no) if i.item_no == claim_no]
    return claim.status in WITH_THE_PAYER and owed == [claim.billed]


def book_told(
    session: Session,
    world: World,
    lines: Mapping[str, StatementLine],
    told: Told,
    fees: Mapping[str, TransferFee],
) -> None:
    """Book all of them, each as an announcement of its own.

    Raises: LineAlreadyMatched, when somebody else was quicker with one of their claims.
    """
    for line_id, paid in sorted(told.items()):
        if not all(_is_whole(session, one.item_id) for one in paid):
            raise LineAlreadyMatched(line_id, "somebody else")
    keys = {no: _book(session, world, lines[no], paid, fees) for no, paid in sorted(told.items())}
    whole = {one.item_id: line_id for line_id, paid in sorted(told.items()) for one in paid}
    for claim_no, line_id in sorted(whole.items()):
        _pay(session, world, claim_no, lines[line_id], keys[line_id])


def _book(
    session: Session,
    world: World,
    line: StatementLine,
    paid: tuple[Explained, ...],
    fees: Mapping[str, TransferFee],
) -> str:
    """Announce what came, and see it in the bank; return the key of the latter."""
    named = [claims.claim_of(session, one.item_id) for one in paid]
    payer, number = named[0].payer, announcement_of(line.line_id)
    off = Money(paid[0].off_minor, line.amount.currency)
    amounts = {claim.claim_no: claim.billed for claim in named}
    if len(named) == 1:
        amounts = {named[0].claim_no: line.amount + off}
    whole = Money.total(amounts.values(), line.amount.currency)
    announced = credit_journal(payer, number, amounts, line.booked_on)
    ledger.post(session, announced, now=world.now())
    for claim_no, amount in amounts.items():
        key = f"{announced.key}:{claim_no}"
        money.allocate(session, key=key, item_no=claim_no, amount=amount, why=f"credit {number}")
    profile = world.counterparties.payer(payer)
    money.await_transfer(
        session,
        advice_no=number,
        payer=payer,
        account_hint=profile.pays_into,
        trace_number=line.trace_number,
        amount=whole,
        due_on=line.booked_on + timedelta(days=profile.unpaid_review_days),
        case_nos=[claim.case_no for claim in named],
    )
    is_fee = paid[0].rule is MatchRule.FEE
    seen = match_journal(
        account=profile.pays_into,
        payer=payer,
        line_id=line.line_id,
        advice_no=number,
        amount=line.amount,
        on=line.booked_on,
        off=None if is_fee else off,
        fee=fees[payer].of(whole) if is_fee else None,
    )
    ledger.post(session, seen, now=world.now())
    money.match_line(session, line_id=line.line_id, advice_no=number, key=seen.key)
    return seen.key


def announcement_of(line_id: str) -> str:
    """The number under which a credit announces itself."""
    return f"TR-{line_id}"


def _pay(session: Session, world: World, claim_no: str, line: StatementLine, key: str) -> None:
    """All of its bill has come: the claim is paid, and its life and its case may look."""
    number, claim = announcement_of(line.line_id), claims.claim_of(session, claim_no)
    claims.move_claim(
        session,
        claim_no,
        ClaimStatus.REMITTED,
        key=f"remitted:{number}",
        now=world.now(),
        paid=claim.billed,
        decided_on=claim.decided_on or line.booked_on,
    )
    claims.move_claim(session, claim_no, ClaimStatus.PAID, key=f"paid:{number}", now=world.now())
    for workflow_id in (claim_id(claim_no), case_id(claim.case_no)):
        outbox.put(session, workflow_id=workflow_id, name="look", arg=key, now=world.now())
