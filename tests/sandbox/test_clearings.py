"""The old portal clears a month: it holds the application against what it paid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.payer_b import service
from tests.sandbox.clerk import Clerk, Paper, errors, rows, told
from tests.sandbox.running import Running, running


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Running]:
    with running(service, tmp_path) as there:
        yield there


@pytest.fixture
def clerk(portal: Running) -> Iterator[Clerk]:
    with Clerk(str(portal.client.base_url)) as clerk:
        clerk.sign_in()
        yield clerk


def apply(clerk: Clerk, count: str, total: str, month: str = "2026-01") -> httpx.Response:
    """Type an application and send it."""
    clerk.get("/clearings/new")
    return clerk.post("/clearings/new", {"qsyf": month, "bs": count, "qsje": total})


def test_what_was_paid_in_the_month_is_cleared_and_anything_else_differs(
    portal: Running, clerk: Clerk
) -> None:
    # Paid in full, 360.00, by an advice of 8 January.
    clerk.file(Paper())
    portal.move_clock("2026-02-05 09:00")
    assert told(apply(clerk, "1", "360.00"), "清算编号") == "BQ2026020500001"
    assert told(apply(clerk, "1", "360.01"), "清算编号") == "BQ2026020500002"
    apply(clerk, "2", "360.00")
    apply(clerk, "0", "0.00", "2025-12")
    assert rows(clerk.get("/clearings")) == []
    portal.move_clock("2026-02-07 09:00")
    found = {row[0][-1]: (row[4], row[5]) for row in rows(clerk.get("/clearings"))}
    assert found == {
        "1": ("已清算", ""),
        "2": ("核对不符", "核定1笔 360.00元"),
        "3": ("核对不符", "核定1笔 360.00元"),
        "4": ("已清算", ""),
    }
    assert len(rows(clerk.get("/clearings?qsyf=2025-12"))) == 1


def test_a_month_that_is_not_over_and_figures_that_are_none_are_refused(
    portal: Running, clerk: Clerk
) -> None:
    portal.move_clock("2026-01-31 23:59")
    assert errors(apply(clerk, "1", "1.00")) == {"qsyf": "清算月份尚未结束"}
    assert errors(apply(clerk, "x", "1", "2026-13")) == {
        "qsyf": "清算月份格式不正确",
        "bs": "笔数格式不正确",
        "qsje": "清算金额格式不正确",
    }
    portal.move_clock("2026-02-01 00:00")
    assert told(apply(clerk, "1", "1,000.00"), "清算金额") == "1,000.00"
    assert portal.books()["clearings"][0]["total"] == "1000.00"
