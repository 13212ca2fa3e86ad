"""The clock port. Business dates come from here, read in activities, never in workflow code."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.settings import Settings

business_zone = ZoneInfo("Asia/Shanghai")


class ClockNotReadable(RuntimeError):
    """The conductor's clock file is missing or holds no time with a zone."""

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(f"Clock file {path}: {why}.")


class Clock(Protocol):
    """What time it is in business."""

    def now(self) -> datetime:
        """The time, aware, in Asia/Shanghai."""
        ...

    def today(self) -> date:
        """The business date in Asia/Shanghai."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time, aware, in Asia/Shanghai."""
        return datetime.now(business_zone)

    def today(self) -> date:
        """The business date in Asia/Shanghai."""
        return self.now().date()


class FileClock:
    """A fictional clock: one ISO time in a file, moved by a conductor and read by everyone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The time, aware, in Asia/Shanghai. Raises: ClockNotReadable."""
        try:
            moment = datetime.fromisoformat(self._path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as broken:
            raise ClockNotReadable(self._path, str(broken)) from broken
        if moment.tzinfo is None:
            raise ClockNotReadable(self._path, "the time has no zone")
        return moment.astimezone(business_zone)

    def today(self) -> date:
        """The business date in Asia/Shanghai."""
        return self.now().date()

    def set(self, moment: datetime) -> None:
        """Move the clock, in one piece: a reader sees the old time or the new one.

        Only a conductor (demo, test) calls this. Raises: ClockNotReadable without a zone.
        """
        if moment.tzinfo is None:
            raise ClockNotReadable(self._path, "the time has no zone")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        draft.write_text(moment.astimezone(business_zone).isoformat(), encoding="ascii")
        draft.replace(self._path)


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings name."""
    if settings.clock == "system":
        return SystemClock()
    return FileClock(Path(settings.clock.removeprefix("file:")))
