"""Every step a life may take: names and types only, so that lives never import a step's body.

One parameter each. A step returns facts; what it does is told in the class that implements it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from domain.appeal import AppealChance
from domain.clearing import Clearing, ClearingDecided, ClearingFacts, ClearingWanted
from domain.difference_facts import LinesLeft, ToWriteOff, WriteOff
from domain.facts import (
    AccountDay,
    Asked,
    BookingFacts,
    Cancelling,
    CaseFacts,
    CaseStart,
    ClaimFacts,
    ClaimPlan,
    ClaimStart,
    ClaimToReverse,
    CollectDay,
    CollectFrom,
    Compensation,
    DeliveryFacts,
    DocumentRef,
    InvoiceFacts,
    MatchFacts,
    OpenDifference,
    PatientShareFacts,
    SettlementFacts,
    SubmissionFacts,
)
from domain.money import Money
from domain.review import Decision, Question
from domain.watch import PortalToWatch, Watched


class CaseSteps(ABC):
    """Order, goods, invoice: everything up to the claim, and the end of a case."""

    @activity.defn
    @abstractmethod
    def open_case(self, start: CaseStart) -> CaseFacts: ...

    @activity.defn
    @abstractmethod
    def reserve_lots(self, order_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def ship_goods(self, order_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def receive_delivery(self, order_no: str) -> DeliveryFacts: ...

    @activity.defn
    @abstractmethod
    def take_goods_back(self, order_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def issue_invoice(self, order_no: str) -> InvoiceFacts: ...

    @activity.defn
    @abstractmethod
    def correct_order(self, decision: Decision) -> CaseFacts: ...

    @activity.defn
    @abstractmethod
    def may_cancel(self, order_no: str) -> Compensation: ...

    @activity.defn
    @abstractmethod
    def claims_to_reverse(self, order_no: str) -> list[ClaimToReverse]: ...

    @activity.defn
    @abstractmethod
    def cancel_case(self, cancelling: Cancelling) -> None: ...

    @activity.defn
    @abstractmethod
    def request_patient_share(self, order_no: str) -> PatientShareFacts: ...

    @activity.defn
    @abstractmethod
    def settle_case(self, order_no: str) -> SettlementFacts: ...


class ClaimSteps(ABC):
    """One claim with a payer that has an API, and what is the same for every payer."""

    @activity.defn
    @abstractmethod
    def prepare_claim(self, start: ClaimStart) -> ClaimPlan: ...

    @activity.defn
    @abstractmethod
    def submit_claim(self, claim_no: str) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    def ask_payer(self, claim_no: str) -> ClaimFacts: ...

    @activity.defn
    @abstractmethod
    def reverse_claim(self, claim_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def correct_claim(self, claim_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def settle_submission(self, decision: Decision) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    def open_appeal(self, decision: Decision) -> AppealChance: ...

    @activity.defn
    @abstractmethod
    def settle_appeal(self, decision: Decision) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    def let_late_in(self, decision: Decision) -> None: ...

    @activity.defn
    @abstractmethod
    def write_off(self, write_off: WriteOff) -> None: ...


class PortalSteps(ABC):
    """The same claim with a payer that offers nothing but a website."""

    @activity.defn
    @abstractmethod
    async def look_for_claim_at_portal(self, claim_no: str) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def hand_in_at_portal(self, claim_no: str) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def ask_portal(self, claim_no: str) -> ClaimFacts: ...

    @activity.defn
    @abstractmethod
    async def look_for_appeal_at_portal(self, claim_no: str) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def hand_in_appeal_at_portal(self, claim_no: str) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def reverse_claim_at_portal(self, claim_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    async def collect_from_portal(self, wanted: CollectFrom) -> list[DocumentRef]: ...


class ClearingSteps(ABC):
    """A month's clearing with a payer that offers nothing but a website."""

    @activity.defn
    @abstractmethod
    async def prepare_clearing(self, wanted: ClearingWanted) -> Clearing: ...

    @activity.defn
    @abstractmethod
    async def look_for_clearing_at_portal(self, clearing: Clearing) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def hand_in_clearing_at_portal(self, clearing: Clearing) -> SubmissionFacts: ...

    @activity.defn
    @abstractmethod
    async def ask_about_clearing(self, clearing: Clearing) -> ClearingFacts: ...

    @activity.defn
    @abstractmethod
    async def settle_clearing(self, decided: ClearingDecided) -> SubmissionFacts: ...


class PortalWatchSteps(ABC):
    """A portal as a whole: does it list what we sent, is it still the portal that we know?"""

    @activity.defn
    @abstractmethod
    async def compare_with_portal(self, wanted: PortalToWatch) -> Watched: ...

    @activity.defn
    @abstractmethod
    async def rehearse_at_portal(self, wanted: PortalToWatch) -> Watched: ...


class DocumentSteps(ABC):
    """Making and reading documents."""

    @activity.defn
    @abstractmethod
    def build_dossier(self, claim_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def build_appeal(self, claim_no: str) -> None: ...

    @activity.defn
    @abstractmethod
    def book_document(self, document: DocumentRef) -> BookingFacts: ...

    @activity.defn
    @abstractmethod
    def dismiss_document(self, document: DocumentRef) -> None: ...


class MoneySteps(ABC):
    """Collecting advices and statements, and matching them."""

    @activity.defn
    @abstractmethod
    def sources_due(self, wanted: CollectDay | None) -> list[CollectFrom]: ...

    @activity.defn
    @abstractmethod
    def collect_from_api(self, wanted: CollectFrom) -> list[DocumentRef]: ...

    @activity.defn
    @abstractmethod
    def match_account(self, wanted: AccountDay) -> MatchFacts: ...

    @activity.defn
    @abstractmethod
    def lines_left(self, wanted: AccountDay) -> LinesLeft: ...

    @activity.defn
    @abstractmethod
    def question_about(self, difference: OpenDifference) -> Question: ...

    @activity.defn
    @abstractmethod
    def settle_difference(self, decision: Decision) -> None: ...

    @activity.defn
    @abstractmethod
    def question_about_bill(self, wanted: AccountDay) -> Question | None: ...

    @activity.defn
    @abstractmethod
    def give_up_bill(self, decision: Decision) -> None: ...


class ReviewSteps(ABC):
    """Asking a person, and believing only what stands in the decision table."""

    @activity.defn
    @abstractmethod
    def ask_person(self, question: Question) -> Asked: ...

    @activity.defn
    @abstractmethod
    def load_decision(self, asked: Asked) -> Decision | None: ...

    @activity.defn
    @abstractmethod
    def write_off_limit(self, wanted: ToWriteOff) -> Money: ...

    @activity.defn
    @abstractmethod
    def remind_person(self, review_no: str) -> int: ...

    @activity.defn
    @abstractmethod
    def withdraw_question(self, review_no: str) -> None: ...
