"""From a document's bytes to a proved value: the only way in, whatever the format."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from activities import fetching
from activities.fetching import REMITTANCE_JSON, SETTLEMENT_JSON
from bots.documents.findings import Refused
from bots.documents.layout import Layout, layout_of
from bots.documents.reader import read_remittance as read_remittance_pdf
from bots.documents.reader import read_statement as read_statement_pdf
from bots.documents.twin import carried_files
from connectors.camt import CamtRefused, read_camt
from connectors.camt_notice import read_camt_notices
from connectors.http import AnswerUnreadable
from connectors.ofx import read_ofx
from connectors.pay_channel import Settlement, SettlementDoesNotAddUp
from connectors.pay_channel import read_settlement as read_settlement_json
from connectors.pay_channels.bills import two_members
from connectors.payer import read_remittance as read_remittance_json
from connectors.payout_notice import read_payout_notice
from connectors.swift_pages import Page
from connectors.swift_statement import read_mt940, read_mt942
from connectors.tables.errors import read_errors
from connectors.tables.layout import TableLayout, load_table_layout
from connectors.tables.reading import BooksOfADay, read_table_bill, read_table_statement
from domain.bill_comparison import Moved
from domain.channel_bill import PAYOUT_NOTICE, BillDoesNotAddUp, BillKind, ChannelBill, day_of
from domain.facts import DocumentRef
from domain.money import Money
from domain.proof import DocumentForm, NotProved, Problem, Proved, Reading, prove
from domain.remittance import RemittanceAdvice, RemittanceDoesNotAddUp
from domain.statement import BankNotice, BankStatement
from domain.statement_twin import figures_of, prove_twins
from engine.paying_out import PaysOut
from engine.profiles import Bank

READER = "json 1"

LAYOUTS = Path("counterparties")
"""Folder of the declared layouts: `<code>/remittance.toml`, `<code>/statement.toml` for print,
`layouts/<id>.toml` for tables."""

_Value = TypeVar("_Value", RemittanceAdvice, BankStatement)


@dataclass(frozen=True)
class LayoutOfPrint:
    """A layout, and the SHA-256 of the very bytes that it was made of."""

    layout: Layout
    sha256: str


def read_remittance(
    document: DocumentRef, data: bytes, *, layout: LayoutOfPrint | None = None
) -> Proved[RemittanceAdvice]:
    """Read a payer's advice from JSON, or from PDF by a layout. Raises: NotProved."""
    if document.kind == REMITTANCE_JSON:
        try:
            advice = read_remittance_json(data, source=document.source)
            return prove(advice, _of_message(data, REMITTANCE_JSON))
        except (AnswerUnreadable, RemittanceDoesNotAddUp) as refused:
            raise NotProved([str(refused)]) from refused
    return _proved(read_remittance_pdf(data, _given(layout)))


def read_statements(
    document: DocumentRef,
    data: bytes,
    *,
    bank: Bank,
    last_closing: Money | None,
    layout: LayoutOfPrint | None = None,
) -> list[Proved[BankStatement]]:
    """Read the bank's statements of one file, in its order. Raises: NotProved.

    `last_closing` is what the account ends with in our books, None before its first statement.
    A print is read by `layout`.
    """
    if document.kind != fetching.STATEMENT_PDF:
        return _structured(document.kind, data, bank, last_closing=last_closing)
    printed = read_statement_pdf(data, _given(layout))
    twin = _twin(data, bank, last_closing=last_closing)
    if not twin:
        return [_proved(printed)]
    if isinstance(printed, Refused):
        told = "the print cannot be compared with the file that it carries"
        raise NotProved([told, *printed.problems])
    # Whoever looks at the document sees the print, and the books say what the file says.
    told_alike = prove_twins(figures_of([printed.value]), figures_of([one.value for one in twin]))
    return [one.tied(told_alike) for one in twin]


def _structured(
    kind: str, data: bytes, bank: Bank, *, last_closing: Money | None
) -> list[Proved[BankStatement]]:
    """Read a file that was written for machines. Raises: NotProved."""
    names = _names(bank)
    if kind == fetching.STATEMENT_CAMT:
        read = read_camt(data, names)
        if isinstance(read, CamtRefused):
            raise NotProved([str(problem) for problem in read.problems])
        return [found.proved for found in read]
    if kind == fetching.STATEMENT_MT940:
        return read_mt940(data, names)
    if kind == fetching.STATEMENT_OFX:
        return [read_ofx(data, names, opening=last_closing)]
    return [read_table_statement(data, _table(bank.layout), names, account=bank.code)]


def read_pages(data: bytes, pages: Sequence[Page], *, bank: Bank) -> list[Proved[BankStatement]]:
    """Read one statement whose pages came in several files; the proof is that of `data`.

    Raises: NotProved.
    """
    return read_mt940(data, _names(bank), pages=pages)


def _twin(data: bytes, bank: Bank, *, last_closing: Money | None) -> list[Proved[BankStatement]]:
    """The statement as a file inside the PDF tells it; empty when none does, and proves it."""
    kinds = [fetching.STATEMENT_CAMT, fetching.STATEMENT_MT940, fetching.STATEMENT_OFX]
    kinds += [fetching.STATEMENT_TABLE] if bank.layout else []
    sha256 = hashlib.sha256(data).hexdigest()
    for carried in carried_files(data):
        for kind in kinds:
            try:
                read = _structured(kind, carried, bank, last_closing=last_closing)
            except NotProved:
                continue
            return [one.carried_by(sha256) for one in read]
    return []


def layout_of_print(document: DocumentRef) -> LayoutOfPrint:
    """The layout by which a printed document is read, as its file stands now.

    Whoever asks whether it is live must read by what was asked about: the file may change.
    """
    kind = "remittance" if document.kind == fetching.REMITTANCE_PDF else "statement"
    content = (LAYOUTS / document.source / f"{kind}.toml").read_bytes()
    return LayoutOfPrint(_parsed(content), hashlib.sha256(content).hexdigest())


def _given(layout: LayoutOfPrint | None) -> Layout:
    if layout is None:
        raise NotProved(["layout: a print is read by one, and none was given"])
    return layout.layout


def read_notices(document: DocumentRef, data: bytes, *, bank: Bank) -> list[Proved[BankNotice]]:
    """Read what a bank tells before its statement. Raises: NotProved."""
    if document.kind == fetching.NOTICE_CAMT:
        return read_camt_notices(data, _names(bank))
    return read_mt942(data, _names(bank))


def _names(bank: Bank) -> dict[str, str]:
    return {bank.account_no: bank.code} if bank.account_no else {}


def read_bill(
    document: DocumentRef, data: bytes, *, file: PaysOut, ours: Sequence[Moved]
) -> Proved[ChannelBill]:
    """Read a pay channel's bill by its declared layout; lines = totals, printed or of `ours`, which
    are our own movements of its day. Raises: NotProved."""
    day, channel, layout = day_of(document.number), document.source, _table(file.layout)
    numbers = frozenset((one.kind.value, one.number) for one in ours)
    books, names = BooksOfADay(day, _totals(ours), numbers), file.two_files(day)
    if names is None:
        return read_table_bill(data, layout, channel=channel, books=books)
    books = replace(books, merchant=file.merchant)
    try:
        trades, errors = two_members(channel, names, data)
    except AnswerUnreadable as damaged:
        told = [Problem(one.reason, name="PackingIsWrong") for one in damaged.problems]
        raise NotProved(told) from damaged
    read = read_errors(errors, _table(names.errors_layout))
    bill = read_table_bill(trades, layout, channel=channel, books=books, errors=read)
    return bill.carried_by(document.sha256)


def _totals(ours: Sequence[Moved]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in BillKind:
        amounts = [abs(one.amount.minor) for one in ours if one.kind is kind]
        found |= {f"count.{kind}": len(amounts), f"sum.received.{kind}": sum(amounts)}
    return found


def read_notice_of_payout(document: DocumentRef, data: bytes) -> Proved[ChannelBill]:
    """Read what an insurer will pay out; lines = sums and counts. Raises: NotProved."""
    try:
        bill, equations = read_payout_notice(data, source=document.source)
        reading = replace(_of_message(data, PAYOUT_NOTICE), equations=tuple(equations))
        return prove(bill, reading)
    except AnswerUnreadable as refused:
        raise NotProved([str(problem) for problem in refused.problems]) from refused
    except BillDoesNotAddUp as refused:
        raise NotProved([str(refused)]) from refused


def read_settlement(document: DocumentRef, data: bytes) -> Proved[Settlement]:
    """Read the pay channel's settlement; lines = total. Raises: NotProved."""
    try:
        settlement = read_settlement_json(data, source=document.source)
        return prove(settlement, _of_message(data, SETTLEMENT_JSON))
    except (AnswerUnreadable, SettlementDoesNotAddUp) as refused:
        raise NotProved([str(refused)]) from refused


def _proved(found: Proved[_Value] | Refused) -> Proved[_Value]:
    if isinstance(found, Proved):
        return found
    raise NotProved(found.problems)


def _of_message(data: bytes, kind: str) -> Reading:
    """The reading of an API's own document, whose members the API names itself."""
    return Reading(hashlib.sha256(data).hexdigest(), READER, kind, 1, DocumentForm.MESSAGE)


@cache
def _table(layout: str) -> TableLayout:
    return load_table_layout(LAYOUTS / "layouts" / f"{layout}.toml")


@cache
def _parsed(content: bytes) -> Layout:
    return layout_of(tomllib.loads(content.decode("utf-8")))
