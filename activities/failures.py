"""THE TABLE of what can go wrong in a step: what may pass by itself, and what needs a person.

A refusal is told to whoever started the case; `NeedsAPerson` opens a review; `MayPass` is tried
again for ever. An error that is not in the table is a fault of ours: it is tried again too, stays
visible in the Temporal UI as a pending step, and its text is encoded.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

from activities.goods_back import GoodsNotThere, GoodsOfNoSale, GoodsReceiptWrong
from activities.pay_ways import NoSuchPayWay
from activities.paying import PartStaysUnknown
from activities.portal_access import PortalClosed
from activities.portal_outcomes import NotHandedIn
from activities.refusals import (
    AbsenceUnproven,
    DecisionNotFound,
    MayStillArrive,
    OrderRefused,
    StepOutOfOrder,
    WrongWorkflowId,
)
from activities.renewing import SettlementNotRenewed
from activities.returning import RefundFailed
from activities.settlement_check import DaysNotOver, NoSuchInsurer
from activities.weighing import NotReleased
from bots.documents.dossier import (
    DossierDoesNotAddUp,
    EvidenceCannotBeDrawn,
    EvidenceWasChanged,
)
from bots.portal.browser import BrowserDoesNotStart
from bots.portal.definition import NoSuchForm, PatchFitsNowhere
from bots.portal.hooks import NoSuchHook
from bots.portal.payload import NoSuchOption, NoSuchValue
from bots.portal.refusals import (
    AccountLocked,
    CaptchaShown,
    CodeAsked,
    CodeNotGiven,
    CodeRefused,
    Complaints,
    DuplicateClaims,
    LoginRefused,
    NoSuchReceipt,
    NoSuchRemittance,
    NoticeShown,
    PasswordExpired,
    PortalDown,
    PortalLayoutChanged,
    SignedInElsewhere,
    VoidRefused,
)
from connectors.boxes.box import BoxClosed, FileTooLarge, NoSuchFile
from connectors.erp import NoSuchOrder, OrderUnreadable, OutOfStock
from connectors.http import (
    AnswerUnreadable,
    ContentDiffers,
    NotDone,
    OutcomeUnknown,
    Refused,
    TemporarilyDown,
    Unreachable,
)
from connectors.pay_channels.interface import BillNotThere, CallNotDescribed, NotGenuine
from connectors.pay_channels.keys import KeyUnusable
from connectors.settling import SettlementGoesBackWhole
from domain.channel_fee import RefundedTooMuch
from domain.intent import IntentMoveNotAllowed
from domain.lifecycle import ClaimMoveNotAllowed, MoveNotAllowed
from domain.money import CurrenciesDiffer
from domain.pay_channel import MoreThanTheWhole
from domain.pay_return import ReturnMoveNotAllowed
from domain.payment import (
    PartIsNothing,
    PartsDoNotAddUp,
    PaymentMoveNotAllowed,
    TookAnotherAmount,
)
from domain.remittance import RemittanceDoesNotAddUp
from domain.statement import StatementDoesNotAddUp
from engine.counterparties import NoLimitInForce, NoSuchCounterparty
from engine.difference_rules import NoDifferenceRule
from engine.failures import readable
from engine.matching_rules import MatchingRulesNotUsable
from engine.pay_channels import NothingInForce
from store.bank import LineAlreadyMatched
from store.cases import CaseAlreadyClosed, CaseAlreadyRunning, NoSuchCase
from store.channel_bills import AnotherBillWasFaster
from store.claims import NoSuchClaim
from store.documents import EvidenceDamaged, NoSuchEvidence
from store.intents import ArmedUnderAnotherFence
from store.issuers import IssuerPaused
from store.open_items import AllocationTooLarge, AmountNotAboveZero
from store.pay_refunds import MoreThanWasTaken
from store.pay_returns import NoSuchReturn
from store.payment_views import NoSuchPayment
from store.portal_leases import FenceLost, LeaseHeld
from store.portal_states import PortalCoolingDown, PortalLoginLocked, PortalPaused
from store.posting import JournalKeyReused
from store.reviews import NoSuchReview
from store.rows import FactDiffers
from store.share_bills import BillStillOpen
from store.transfers import TransferAlreadySettled


class Remedy(Enum):
    """What helps against an error."""

    MAY_PASS = "may pass"
    NEEDS_A_PERSON = "needs a person"


_MAY_PASS, _PERSON = Remedy.MAY_PASS, Remedy.NEEDS_A_PERSON

TABLE: dict[type[Exception], Remedy] = {
    # the counterparty is away, or its answer was lost: the write carries a key, so ask again
    Unreachable: _MAY_PASS,
    TemporarilyDown: _MAY_PASS,
    OutcomeUnknown: _MAY_PASS,
    NotDone: _MAY_PASS,
    # a box of files is closed, or a file in it was written anew while we looked
    BoxClosed: _MAY_PASS,
    NoSuchFile: _MAY_PASS,
    FileTooLarge: _PERSON,
    # the counterparty understood and said no, or holds something else
    Refused: _PERSON,
    OutOfStock: _PERSON,
    ContentDiffers: _PERSON,
    AnswerUnreadable: _PERSON,
    # a pay channel: its bill comes later; a message that proves nothing; more than was paid
    BillNotThere: _MAY_PASS,
    NotGenuine: _PERSON,
    CallNotDescribed: _PERSON,
    KeyUnusable: _PERSON,
    MoreThanTheWhole: _PERSON,
    RefundedTooMuch: _PERSON,
    # a bill in parts: nobody can say, another amount, a channel that keeps what it took
    PartsDoNotAddUp: _PERSON,
    PartIsNothing: _PERSON,
    PartStaysUnknown: _PERSON,
    TookAnotherAmount: _PERSON,
    RefundFailed: _PERSON,
    SettlementNotRenewed: _PERSON,
    NotReleased: _PERSON,
    # money for goods that the ERP has not taken in, or not those
    GoodsOfNoSale: _PERSON,
    GoodsReceiptWrong: _PERSON,
    GoodsNotThere: _PERSON,
    SettlementGoesBackWhole: _PERSON,
    NoSuchInsurer: _PERSON,
    DaysNotOver: _PERSON,
    MoreThanWasTaken: _PERSON,
    NoSuchReturn: _PERSON,
    ReturnMoveNotAllowed: _PERSON,
    NoSuchPayment: _PERSON,
    PaymentMoveNotAllowed: _PERSON,
    # the portal is away, or not the one that we know
    PortalDown: _MAY_PASS,
    BrowserDoesNotStart: _MAY_PASS,
    MayStillArrive: _MAY_PASS,
    AbsenceUnproven: _PERSON,
    NotHandedIn: _MAY_PASS,
    PortalClosed: _MAY_PASS,
    PortalLayoutChanged: _PERSON,
    Complaints: _PERSON,
    # its definition says something that the bot cannot follow
    NoSuchForm: _PERSON,
    NoSuchHook: _PERSON,
    NoSuchOption: _PERSON,
    NoSuchValue: _PERSON,
    PatchFitsNowhere: _PERSON,
    # it shows what a bot must not answer
    CaptchaShown: _PERSON,
    CodeAsked: _PERSON,
    CodeNotGiven: _PERSON,
    CodeRefused: _PERSON,
    NoticeShown: _PERSON,
    PasswordExpired: _PERSON,
    AccountLocked: _PERSON,
    SignedInElsewhere: _PERSON,
    LoginRefused: _PERSON,
    DuplicateClaims: _PERSON,
    NoSuchReceipt: _PERSON,
    NoSuchRemittance: _PERSON,
    VoidRefused: _PERSON,
    # somebody else works in the account, or a person must look first: it goes on by itself then
    LeaseHeld: _MAY_PASS,
    PortalPaused: _MAY_PASS,
    IssuerPaused: _MAY_PASS,
    PortalCoolingDown: _MAY_PASS,
    PortalLoginLocked: _MAY_PASS,
    # somebody took over while we were away: the next attempt looks before it sends
    FenceLost: _MAY_PASS,
    ArmedUnderAnotherFence: _MAY_PASS,
    # the order cannot become a case
    NoSuchOrder: _PERSON,
    OrderUnreadable: _PERSON,
    OrderRefused: _PERSON,
    WrongWorkflowId: _PERSON,
    CaseAlreadyRunning: _PERSON,
    CaseAlreadyClosed: _PERSON,
    # the house's own books say no
    MoveNotAllowed: _PERSON,
    ClaimMoveNotAllowed: _PERSON,
    IntentMoveNotAllowed: _PERSON,
    StepOutOfOrder: _PERSON,
    # a store that was restored from before knows less than the life that asks it
    NoSuchCase: _PERSON,
    NoSuchClaim: _PERSON,
    NoSuchReview: _PERSON,
    FactDiffers: _PERSON,
    JournalKeyReused: _PERSON,
    DecisionNotFound: _PERSON,
    RemittanceDoesNotAddUp: _PERSON,
    StatementDoesNotAddUp: _PERSON,
    # more money than is owed, or in another currency
    AllocationTooLarge: _PERSON,
    AmountNotAboveZero: _PERSON,
    CurrenciesDiffer: _PERSON,
    # the papers of a claim are not what was kept
    NoSuchEvidence: _PERSON,
    EvidenceDamaged: _PERSON,
    EvidenceWasChanged: _PERSON,
    EvidenceCannotBeDrawn: _PERSON,
    DossierDoesNotAddUp: _PERSON,
    # our own dated data ends or lacks somebody: it goes on as soon as the line is added
    NoLimitInForce: _MAY_PASS,
    NoDifferenceRule: _MAY_PASS,
    NothingInForce: _MAY_PASS,
    NoSuchPayWay: _MAY_PASS,
    NoSuchCounterparty: _MAY_PASS,
    MatchingRulesNotUsable: _MAY_PASS,
    # a line that another reconciliation explained at the same moment: the next look sees it
    LineAlreadyMatched: _MAY_PASS,
    TransferAlreadySettled: _MAY_PASS,
    AnotherBillWasFaster: _MAY_PASS,
    # the share is being paid in parts: its end decides whether a pay link is wanted
    BillStillOpen: _MAY_PASS,
}

readable(*(error.__name__ for error in TABLE))


def as_told_to_temporal(error: Exception) -> ApplicationError | None:
    """Return the named failure for an error of the table, None for any other error.

    An error with a `wait_s` knows that it cannot pass before so many seconds.
    """
    for kind in type(error).__mro__:
        remedy = TABLE.get(kind)
        if remedy is not None:
            wait_s = getattr(error, "wait_s", None)
            return ApplicationError(
                str(error),
                type=kind.__name__,
                non_retryable=remedy is Remedy.NEEDS_A_PERSON,
                next_retry_delay=None if wait_s is None else timedelta(seconds=wait_s),
            )
    return None


class NamedFailures(Interceptor):
    """Puts the table to work around every step."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """Wrap one step."""
        return _Naming(super().intercept_activity(next))


class _Naming(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except ApplicationError:
            raise
        except Exception as error:
            named = as_told_to_temporal(error)
            if named is None:
                raise
            raise named from error
