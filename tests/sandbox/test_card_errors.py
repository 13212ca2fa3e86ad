"""What the card network does after the day, as the pretend acquirer tells it and pays it out."""

from __future__ import annotations

import zipfile

from sandbox.acquiring.card_errors import WIDTHS
from tests.sandbox.test_payouts import MERCHANT, Acquirer, acquirer

__all__ = ["acquirer"]

PAID_OUT = {"payouts": {MERCHANT: {"account": "BA-01", "working_days": {"card": 1}}}}


def adjusts(acquirer: Acquirer, day: str, code: str, minor: int, fee: int = 0) -> None:
    row = {"merchant": MERCHANT, "day": day, "code": code, "pay_no": "P-1"}
    acquirer.plant({"adjustments": [{**row, "amount_minor": minor, "fee_minor": fee}]})


def lines(acquirer: Acquirer, day: str) -> list[bytes]:
    """The lines of a day's file of errors."""
    name = f"INN{day}00ZME_{MERCHANT}"
    box = acquirer.world.folder / "acquirer-drop-box"
    with zipfile.ZipFile(box / f"{name.replace('ZME_', 'ZM_')}.zip") as packed:
        return packed.read(name).splitlines()


def test_the_widths_are_those_of_the_interface_document() -> None:
    assert (len(WIDTHS), sum(WIDTHS) + len(WIDTHS) - 1) == (22, 339)


def test_a_chargeback_stands_in_its_day_s_file_and_comes_off_that_day_s_credit(
    acquirer: Acquirer,
) -> None:
    acquirer.plant(PAID_OUT)
    acquirer.pays("P-1", 10_000, door="card")
    acquirer.at("01-06 12:00")
    assert lines(acquirer, "260105") == []
    adjusts(acquirer, "2026-01-06", "E23", 10_000, fee=-52)
    acquirer.pays("P-2", 20_000, door="card")
    acquirer.at("01-07 12:00")
    assert [amount for _, amount, _ in acquirer.credits()] == ["99.48", "99.48"]
    assert acquirer.owed() == {"card": "0.00"}
    (line,) = lines(acquirer, "260106")
    assert len(line) == 339
    # Code, own trace and time, amount; time and amount of the payment; fee and what is left.
    assert (line[:3], line[28:34], line[35:45]) == (b"E23", b"900001", b"0106093001")
    assert (line[66:78], line[97:107]) == (b"000000010000", b"0105080000")
    assert line[113:125] == b"000000010000"
    assert (line[126:139], line[140:153]) == (b"C000000000052", b"D000000009948")
    assert line[170:185].strip().decode() == MERCHANT


def test_a_day_of_errors_alone_has_a_file_and_an_answer_is_about_the_chargeback(
    acquirer: Acquirer,
) -> None:
    acquirer.plant(PAID_OUT)
    acquirer.pays("P-1", 10_000, door="card")
    adjusts(acquirer, "2026-01-06", "E23", 4_000)
    adjusts(acquirer, "2026-01-07", "E24", 4_000)
    acquirer.at("01-08 12:00")
    assert [amount for _, amount, _ in acquirer.credits()] == ["99.48"]
    assert acquirer.owed() == {"card": "0.00"}
    (taken,), (brought,) = lines(acquirer, "260106"), lines(acquirer, "260107")
    assert (taken[140:153], brought[140:153]) == (b"D000000004000", b"C000000004000")
    assert (brought[90:96], brought[113:125]) == (b"900001", b"000000004000")


def test_more_adjustments_than_a_minute_has_seconds_have_a_time_each(acquirer: Acquirer) -> None:
    acquirer.plant(PAID_OUT)
    for _ in range(61):
        adjusts(acquirer, "2026-01-06", "E32", 100)
    acquirer.at("01-07 12:00")
    told = [line[35:45] for line in lines(acquirer, "260106")]
    assert (told[58:], len(set(told))) == ([b"0106093059", b"0106093100", b"0106093101"], 61)


def test_a_quiet_day_has_a_file_only_when_it_is_planted_and_an_empty_one(
    acquirer: Acquirer,
) -> None:
    acquirer.plant({"quiet_days": [{"merchant": MERCHANT, "day": "2026-01-05"}]})
    acquirer.at("01-07 12:00")
    assert lines(acquirer, "260105") == []
    box = acquirer.world.folder / "acquirer-drop-box"
    assert [placed.name for placed in box.iterdir()] == [f"INN26010500ZM_{MERCHANT}.zip"]
