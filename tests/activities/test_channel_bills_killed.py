"""SIGKILL at each write of collecting and booking a pay channel's bills, and then once more.

Whatever a bill may do is in these two: another fee than the contract's, a payment that we do not
know, one that its own bill lacks and the next one has, a credit to be expected, a case to be woken.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.activities.counter import Counter, counter
from tests.activities.killed_till import Stage, stage_of
from tests.activities.till import Till, till
from tests.connectors.paying import acquirer_keys
from tests.store.samples import open_case

__all__ = ["acquirer_keys", "counter", "till"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def kill_at_each_write(stage: Stage) -> int:
    """After every death the step is taken again, by a new process; how often it died."""
    before = stage.rows()
    assert stage.collect()
    wanted = stage.rows()
    assert wanted != before
    deaths = 0
    while True:
        stage.put_back()
        assert stage.rows() == before
        if stage.collect(dies_at=deaths + 1):
            break
        deaths += 1
        assert stage.collect()
        assert stage.rows() == wanted, f"after a death at write {deaths}"
    assert stage.rows() == wanted
    return deaths


def test_a_process_killed_at_any_write_of_a_bill_leaves_each_effect_once(
    till: Till, steps_file: Path, tmp_path: Path
) -> None:
    # Monday: a wrong fee, a case's share, a payment that Monday's bill lacks, and a stranger's.
    till.plant(P1={"fee_minor": 90}, P3={"billed_on": "2026-01-06"})
    with till.world.writing() as s:
        open_case(s)
    till.pays("P1", 10_000)
    till.pays("P2", 20_000, case="SO-2026-0001")
    till.pays("P3", 30_000)
    unknown = till.pays("P4", 40_000, is_noted=False)
    till.time_goes_on(7)
    deaths = kill_at_each_write(stage_of(till, steps_file, tmp_path / "monday"))
    assert deaths == 18
    assert till.unclear() == [
        ("bill_other_fee", "-0.30", "01-08"),
        ("bill_ours_only", "-300.00", "01-08"),
        ("bill_theirs_only", "397.60", "01-08"),
    ]
    # 100.00 less 0.90, 200.00 less 1.20, 400.00 less 2.40.
    assert till.awaited() == [("pay_json-20260105", "PO-TEST-1900000001-JSON-20260105", "695.50")]
    assert (till.clearing(), till.balances()["pay_fees"]) == ("695.50", "1.80")

    # Wednesday: Tuesday's bill has what Monday's lacked, and our books have heard of the stranger.
    till.hears(unknown)
    till.time_goes_on(8)
    deaths = kill_at_each_write(stage_of(till, steps_file, tmp_path / "tuesday"))
    assert deaths == 14
    assert till.unclear() == [("bill_other_fee", "-0.30", "01-08")]
    assert [one[2] for one in till.awaited()] == ["695.50", "298.20"]
    assert (till.clearing(), till.balances()["pay_fees"]) == ("993.70", "6.00")


def test_a_process_killed_at_any_write_of_an_insurer_s_announcement_expects_its_credit_once(
    counter: Counter, steps_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIKUAN_PAYER_A_URL", str(counter.there.client.base_url).rstrip("/"))
    # Monday: a case's settlement, one that the insurer has otherwise, lost, or alone.
    with counter.world.writing() as s:
        open_case(s)
    counter.settles("A", 10_000, case="SO-2026-0001")
    counter.is_spoilt(counter.settles("B", 20_000), amount="200.50")
    counter.is_spoilt(counter.settles("C", 30_000))
    counter.settles("D", 40_000, is_noted=False)
    counter.time_goes_on(6)
    deaths = kill_at_each_write(stage_of(counter, steps_file, tmp_path / "monday"))
    assert deaths == 17
    assert counter.unclear() == [
        ("bill_other_amount", "0.50", "01-14"),
        ("bill_ours_only", "-300.00", "01-14"),
        ("bill_theirs_only", "400.00", "01-14"),
    ]
    assert [one[2] for one in counter.awaited()] == ["700.50"]
    assert counter.clearing() == "700.50"
