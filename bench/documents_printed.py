"""The documents that the bench reads: advices and statements as payers and banks print them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from bots.documents.layout import Layout, load_layout
from sandbox.bank_documents import BookedEntry, PrintedStatement, print_statement
from sandbox.remittance_pdf import PrintedClaim, PrintedRemittance, print_remittance

SEED = 20260112
COUNTERPARTIES = Path("counterparties")
_FIRST_DAY = date(2026, 1, 5)
_TEXTS = ("赔款支付", "货款 第二批次到货验收款", "手续费", "医保结算款２０２６年０１期", "退款")
_PARTIES = ("测试市城乡居民医疗保险服务中心", "测试市第一人民医院（设备科）", "测试商业银行")


@dataclass(frozen=True)
class Paper:
    """One printed document with the layout that reads it, and what our books hold of it.

    `known`: what was billed by claim, or the last closing balance by account, in fen.
    """

    data: bytes
    layout: Layout
    known: dict[str, int]


def papers() -> Iterator[Paper]:
    """Short ones, as a day brings them, and one of twenty pages of either kind."""
    random = Random(SEED)
    advices = load_layout(COUNTERPARTIES / "PB" / "remittance.toml")
    statements = load_layout(COUNTERPARTIES / "BA-02" / "statement.toml")
    for number, size in enumerate((3, 25, 60, 120, 700), start=1):
        yield _advice(number, size, random, advices)
    for number, size in enumerate((3, 25, 60, 120, 500), start=1):
        yield _statement(number, size, random, statements)


def _advice(number: int, size: int, random: Random, layout: Layout) -> Paper:
    claims = []
    for line in range(1, size + 1):
        billed = random.randrange(10_000, 9_000_000)
        contract = random.choice((0, billed // 20))
        patient = random.choice((0, billed // 10))
        reasons = " ".join(["CO-45"] * bool(contract) + ["PR-2"] * bool(patient))
        claims.append(
            PrintedClaim(
                f"SO-2026-{number:02}{line:04}-PB", 1, billed, contract, patient,
                billed - contract - patient, reasons,
            )
        )  # fmt: skip
    data = print_remittance(
        PrintedRemittance(
            remittance_no=f"RB-20260112-{number:03}",
            paid_on="2026-01-12",
            trace_number=f"PB2026011200{number:04}",
            payer_name="测试市城乡居民医疗保险服务中心",
            payee_name="测试回款医疗器械有限公司",
            claims=tuple(claims),
            take_backs=(),
        )
    )
    return Paper(data, layout, {claim.claim_no: claim.billed for claim in claims})


def _statement(number: int, size: int, random: Random, layout: Layout) -> Paper:
    balance = opening = 5_000_000
    entries = []
    for line in range(1, size + 1):
        amount = random.choice((1, 1, 1, -1)) * random.randrange(100, 900_000)
        balance += amount
        reference = f"PB20260112{number:02}{line:04}"
        day = _FIRST_DAY + timedelta(days=line * 20 // size)
        text, party = random.choice(_TEXTS), random.choice(_PARTIES)
        entries.append(BookedEntry(reference, day, amount, reference, text, party, balance))
    data = print_statement(
        PrintedStatement(
            statement_no=f"BA-02-{number}",
            sequence=number,
            account="BA-02",
            account_name="测试回款医疗器械有限公司",
            first_day=_FIRST_DAY,
            last_day=_FIRST_DAY + timedelta(days=20),
            opening=opening,
            closing=balance,
            entries=tuple(entries),
        )
    )
    return Paper(data, layout, {"BA-02": opening})
