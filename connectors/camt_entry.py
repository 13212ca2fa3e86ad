"""One camt.053 entry (Ntry) as statement lines: one for each transaction, charges apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from xml.etree.ElementTree import Element

from connectors.camt_fields import (
    CamtFieldIsWrong,
    amount_of,
    child,
    children,
    count_at,
    day_of,
    signed_amount,
    text_at,
)
from domain.money import Money
from domain.statement import StatementLine

# ISO 20022 asks for this word where the sender gave no reference.
_NO_REFERENCE = "NOTPROVIDED"
_CHARGES_TEXT = "手续费"


class EntryDoesNotAddUp(ValueError):
    """The transactions of an entry, with or without its charges, are not its amount."""

    def __init__(self, line_id: str, details: Money, charges: Money, entry: Money) -> None:
        self.line_id, self.details, self.charges, self.entry = line_id, details, charges, entry
        super().__init__(
            f"Entry {line_id}: transactions {details.grouped()}, charges {charges.grouped()}, "
            f"entry {entry.grouped()} {entry.currency}."
        )


def status_of(entry: Element) -> str:
    """BOOK, PDNG or INFO: plain text up to version 2, a code in later ones."""
    return text_at(entry, "Sts/Cd") or text_at(entry, "Sts")


def lines_of_entry(entry: Element, currency: str, *, fallback_id: str) -> list[StatementLine]:
    """Return one line for each transaction, and one for charges that the bank took off.

    `fallback_id` names the entry when the bank gave it no reference of its own. A reversal already
    carries the direction of its own money, so its sign is not turned.
    Raises: CamtFieldIsWrong, EntryDoesNotAddUp.
    """
    booked_on = day_of(entry, "BookgDt/Dt") or day_of(entry, "BookgDt/DtTm")
    if booked_on is None:
        raise CamtFieldIsWrong("BookgDt", "is missing on a booked entry")
    total = signed_amount(entry, currency)
    line_id = text_at(entry, "AcctSvcrRef") or fallback_id
    details = [item for block in children(entry, "NtryDtls") for item in children(block, "TxDtls")]
    _check_count(entry, details)
    if not details:
        return [_line(line_id, booked_on, total, entry, entry)]
    amounts = _detail_amounts(details, total, currency)
    charges = _charges_taken_off(line_id, amounts, _charges(entry, currency), total)
    is_whole = len(details) == 1 and not charges
    lines = [
        _line(line_id if is_whole else f"{line_id}/{number}", booked_on, amount, detail, entry)
        for number, (detail, amount) in enumerate(zip(details, amounts, strict=True), start=1)
    ]
    if charges:
        lines.append(StatementLine(f"{line_id}/charges", booked_on, charges, "", _CHARGES_TEXT, ""))
    return lines


def _check_count(entry: Element, details: Sequence[Element]) -> None:
    blocks = [block for block in children(entry, "NtryDtls") if text_at(block, "Btch/NbOfTxs")]
    if not details or len(blocks) != len(children(entry, "NtryDtls")):
        return
    stated = sum(count_at(block, "Btch/NbOfTxs") for block in blocks)
    if stated != len(details):
        raise CamtFieldIsWrong("Btch/NbOfTxs", f"says {stated}, {len(details)} are there")


def _detail_amounts(details: Sequence[Element], total: Money, currency: str) -> list[Money]:
    if len(details) == 1 and _amount_element(details[0]) is None:
        # A single transaction without amount is the entry itself.
        return [total]
    return [_detail_amount(detail, total, currency) for detail in details]


def _detail_amount(detail: Element, total: Money, currency: str) -> Money:
    holder = _amount_element(detail)
    if holder is None:
        raise CamtFieldIsWrong("TxDtls/Amt", "is missing in an entry of several transactions")
    amount = amount_of(holder, currency)
    match text_at(detail, "CdtDbtInd"):
        case "CRDT":
            return amount
        case "DBIT":
            return -amount
    return -amount if total < Money(0, currency) else amount


def _amount_element(detail: Element) -> Element | None:
    """What holds the amount: the transaction itself, or AmtDtls/TxAmt in older versions."""
    if child(detail, "Amt") is not None:
        return detail
    inner = child(child(detail, "AmtDtls"), "TxAmt")
    return inner if child(inner, "Amt") is not None else None


def _charges(entry: Element, currency: str) -> Money:
    """The charges that are part of the entry's amount; negative when the bank took them."""
    taken = Money(0, currency)
    for block in children(entry, "Chrgs"):
        # Version 2 states the charge in Chrgs itself, later ones in Rcrd.
        for record in children(block, "Rcrd") or [block]:
            is_included = text_at(record, "ChrgInclInd") in ("true", "1")
            if is_included and child(record, "Amt") is not None:
                amount = amount_of(record, currency)
                taken += amount if text_at(record, "CdtDbtInd") == "CRDT" else -amount
    return taken


def _charges_taken_off(
    line_id: str, amounts: Sequence[Money], charges: Money, total: Money
) -> Money:
    """Nought when the transactions alone are the entry; the charges when both together are."""
    details = Money.total(amounts, total.currency)
    if details == total:
        return Money(0, total.currency)
    if charges and details + charges == total:
        return charges
    raise EntryDoesNotAddUp(line_id, details, charges, total)


def _line(
    line_id: str, booked_on: date, amount: Money, detail: Element, entry: Element
) -> StatementLine:
    reference = text_at(detail, "Refs/EndToEndId")
    return StatementLine(
        line_id=line_id,
        booked_on=booked_on,
        amount=amount,
        trace_number="" if reference == _NO_REFERENCE else reference,
        text=_remittance_text(detail) or text_at(entry, "AddtlNtryInf"),
        counterparty=_other_party(detail, amount),
    )


def _remittance_text(detail: Element) -> str:
    information = child(detail, "RmtInf")
    free = [(part.text or "").strip() for part in children(information, "Ustrd")]
    structured = [text_at(part, "CdtrRefInf/Ref") for part in children(information, "Strd")]
    return " ".join(part for part in (*free, *structured) if part)


def _other_party(detail: Element, amount: Money) -> str:
    """Who paid us, or whom we paid. Since version 8 the name stands one level deeper, in Pty."""
    role = "Dbtr" if amount > Money(0, amount.currency) else "Cdtr"
    party = child(child(detail, "RltdPties"), role)
    return text_at(party, "Pty/Nm") or text_at(party, "Nm")
