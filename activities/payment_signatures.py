"""The steps that the life of a payment may take; apart, because a payment is a life by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from domain.pay_return import ReturnMove, ReturnRef, ReturnStage, ReturnStart, ReturnWanted
from domain.payment import PaymentStage
from domain.payment_facts import (
    LateFacts,
    PartFacts,
    PartRef,
    PaymentFacts,
    PaymentMove,
    PaymentStart,
    ReturnFacts,
    WeighedFacts,
)
from domain.settlement_check import SettledDays, SettlementsChecked


class PaymentSteps(ABC):
    """One bill that is paid in parts over several channels."""

    @activity.defn
    @abstractmethod
    def open_payment(self, start: PaymentStart) -> PaymentFacts: ...

    @activity.defn
    @abstractmethod
    def close_pay_link(self, payment_no: str) -> str: ...

    @activity.defn
    @abstractmethod
    def weigh_payment(self, payment_no: str) -> WeighedFacts: ...

    @activity.defn
    @abstractmethod
    def pay_part(self, ref: PartRef) -> PartFacts: ...

    @activity.defn
    @abstractmethod
    def close_part(self, ref: PartRef) -> PartFacts: ...

    @activity.defn
    @abstractmethod
    def return_part(self, ref: PartRef) -> ReturnFacts: ...

    @activity.defn
    @abstractmethod
    def find_late_money(self, payment_no: str) -> LateFacts: ...

    @activity.defn
    @abstractmethod
    def move_payment(self, move: PaymentMove) -> PaymentStage: ...

    @activity.defn
    @abstractmethod
    def check_settlements(self, days: SettledDays) -> SettlementsChecked: ...


class ReturnSteps(ABC):
    """Money of a paid bill that somebody of the staff sends back."""

    @activity.defn
    @abstractmethod
    def open_return(self, start: ReturnStart) -> ReturnWanted: ...

    @activity.defn
    @abstractmethod
    def weigh_return(self, return_no: str) -> WeighedFacts: ...

    @activity.defn
    @abstractmethod
    def send_back(self, ref: ReturnRef) -> ReturnFacts: ...

    @activity.defn
    @abstractmethod
    def move_return(self, move: ReturnMove) -> ReturnStage: ...
