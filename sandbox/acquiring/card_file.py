"""The card host's settlement file: fixed widths in bytes, one separating byte, amounts in fen.

In the manner of UnionPay's ZM file, whose field widths and order it follows. It is put into a drop
box as a ZIP at ten o'clock of the next morning, with the file of errors and adjustments
(`card_errors.py`) beside it; a day without any movement has none, or one of two empty files when
that is planted.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sandbox.acquiring import card_errors
from sandbox.acquiring.bills import bill_rows
from sandbox.kit import ZONE, Fields, Moment, instant

DOOR = "card"
FOLDER = "acquirer-drop-box"
PLACED_AT = time(10)
WIDTHS = (
    3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2,
    2, 6, 2, 4, 32, 1, 21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 131,
)  # fmt: skip


def plant(moment: Moment, body: Fields) -> None:
    """Plant {"quiet_days": [{"merchant": M, "day": DAY}]}: that day has a file, though an empty
    one."""
    for row in body.rows("quiet_days") if "quiet_days" in body else []:
        told = {"merchant": row.text("merchant"), "day": row.day("day").isoformat()}
        _place_later(moment, {**told, "is_quiet": True})


def expect(moment: Moment, payload: dict[str, Any]) -> None:
    """Money moved behind the card door: its day will have a file."""
    if payload["door"] != DOOR:
        return
    _place_later(moment, {name: payload[name] for name in ("merchant", "day")})


def _place_later(moment: Moment, payload: dict[str, Any]) -> None:
    day, merchant = payload["day"], payload["merchant"]
    late_h = moment.kept("late_bills", {}).get(merchant, {}).get(day, 0)
    morning_after = date.fromisoformat(day) + timedelta(days=1)
    due = datetime.combine(morning_after, PLACED_AT, ZONE) + timedelta(hours=late_h)
    moment.later(due, "card_file", payload)


def place(moment: Moment, payload: dict[str, Any]) -> None:
    """Put the file of a day into the box, whole or not at all; the same again is the same file."""
    merchant, day = payload["merchant"], payload["day"]
    rows = bill_rows(moment, merchant, DOOR, day)
    errors = card_errors.of_day(moment, merchant, day)
    if not (rows or errors or payload.get("is_quiet")):
        return
    name = f"INN{day[2:].replace('-', '')}00ZM_{merchant}"
    box = folder_of(moment)
    unfinished = box / f"{name}.zip.part"
    unfinished.write_bytes(packed(name, written(rows), card_errors.written(errors)))
    os.replace(unfinished, box / f"{name}.zip")
    moment.happened(f"{name} placed, {len(rows)} rows, {len(errors)} errors")


def folder_of(moment: Moment) -> Path:
    """The box: the setting `drop_box`, else beside the state. Made when there is none."""
    folder = Path(moment.setting("drop_box") or moment.world.folder / FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def packed(name: str, trades: bytes, errors: bytes) -> bytes:
    """A ZIP with the trades of a day and the errors and adjustments beside them."""
    packing = io.BytesIO()
    with zipfile.ZipFile(packing, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in ((name, trades), (name.replace("ZM_", "ZME_"), errors)):
            # One time for ever, so that the same content is the same file.
            archive.writestr(zipfile.ZipInfo(member, (2026, 1, 1, 0, 0, 0)), data)
    return packing.getvalue()


def written(rows: list[dict[str, Any]]) -> bytes:
    """The lines of a day, in GBK."""
    return b"".join(_line(n, row) for n, row in enumerate(rows, start=1))


def _line(n: int, row: dict[str, Any]) -> bytes:
    is_refund = row["kind"] == "refund"
    amount = row["back"] if is_refund else row["amount"]
    fee = row["fee"]
    at, paid_at = (f"{instant(row[name]):%m%d%H%M%S}" for name in ("at", "paid_at"))
    net = -amount - fee if is_refund else amount - fee
    values = (
        "S30" if is_refund else "S22", "00010000", "00010000", f"{n:06d}", at,
        "6228********0001", f"{amount:012d}", "8062", "07",
        row["refund_channel_no"] or row["channel_no"], "01", row["refund_no"] or row["pay_no"],
        "01", row["stan"] if is_refund else "", paid_at if is_refund else "",
        _sided("D", "C", fee), _sided("C", "D", net), "0001", "", "04" if is_refund else "01",
        "00", "000201", "01", "", "", "", row["channel_no"] if is_refund else "",
        row["merchant"], "", "", "", "", _sided("C", "D", net), "TERM0001",
        row["pay_no"] if is_refund else "", "", "", "", "", "", "",
    )  # fmt: skip
    cells = (value.encode("gbk").ljust(width) for value, width in zip(values, WIDTHS, strict=True))
    return b" ".join(cells) + b"\r\n"


def _sided(above: str, below: str, minor: int) -> str:
    return f"{above if minor >= 0 else below}{abs(minor):012d}"
