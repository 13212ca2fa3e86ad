"""The steps of the schedules that keep the house in order: their names and types only."""

from __future__ import annotations

from abc import ABC, abstractmethod

from temporalio import activity

from domain.abandoned import OpenLife, RunAgain
from domain.review import Decision, Question


class UpkeepSteps(ABC):
    """What keeps the house in order: late wake-ups, cases that nobody runs, old pictures."""

    @activity.defn
    @abstractmethod
    async def drain_outbox(self, nothing: None) -> int: ...

    @activity.defn
    @abstractmethod
    async def find_abandoned_cases(self, nothing: None) -> list[str]: ...

    @activity.defn
    @abstractmethod
    async def find_abandoned_lives(self, nothing: None) -> list[OpenLife]: ...

    @activity.defn
    @abstractmethod
    async def claims_to_file(self, nothing: None) -> list[Question]: ...

    @activity.defn
    @abstractmethod
    async def questions_nobody_asks(self, nothing: None) -> list[Question]: ...

    @activity.defn
    @abstractmethod
    async def run_life_again(self, again: RunAgain) -> None: ...

    @activity.defn
    @abstractmethod
    async def delete_old_pictures(self, nothing: None) -> int: ...

    @activity.defn
    @abstractmethod
    async def run_case_again(self, decision: Decision) -> None: ...
