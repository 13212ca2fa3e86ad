"""The step that hands bank money to the ERP: its name and types only."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity


class FundSteps(ABC):
    """Bank money on its way into the ERP's books."""

    @activity.defn
    @abstractmethod
    def hand_over_funds(self, nothing: None) -> int: ...
