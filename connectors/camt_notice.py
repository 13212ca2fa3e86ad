"""camt.054 notices (ISO 20022): credits and debits that a bank tells before its statement.

A notice has no balances. It is proved by the sums of its summary, and books nothing by itself: the
statement does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.camt import MAX_BYTES, account_of, ids_are_unique, summary_of
from connectors.camt_entry import EntryDoesNotAddUp, lines_of_entry, status_of
from connectors.camt_fields import CamtFieldIsWrong, child, children, money_of, text_at
from domain.money import Money
from domain.proof import DocumentForm, NotProved, Problem, Proved, Reading, prove
from domain.statement import BankNotice, NoticeDoesNotAddUp

READER = "camt 1"
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001."


def read_camt_notices(data: bytes, names: Mapping[str, str]) -> list[Proved[BankNotice]]:
    """Read every notice of the file, in its order. Raises: NotProved, with every problem.

    `names` tells what we call an account, by the bank's number.
    """
    root = _root(data)
    found: list[Proved[BankNotice]] = []
    problems: list[Problem] = []
    for element in children(child(root, "BkToCstmrDbtCdtNtfctn"), "Ntfctn"):
        number = text_at(element, "Id")
        try:
            found.append(_notice(element, number, data, names))
        except (CamtFieldIsWrong, EntryDoesNotAddUp, NoticeDoesNotAddUp, NotProved) as wrong:
            problems.append(Problem(f"Notice {number}: {wrong}"))
    if not found and not problems:
        problems.append(Problem("the file holds no notice", name="NoRows"))
    if problems:
        raise NotProved(problems)
    return found


def _root(data: bytes) -> Element:
    if len(data) > MAX_BYTES:
        raise NotProved([Problem(f"{len(data)} bytes", name="FileIsTooLarge")])
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, ValueError, DefusedXmlException) as wrong:
        told = "is no well-formed XML, or declares entities"
        raise NotProved([Problem(told, name="FileIsDamaged")]) from wrong
    if not root.tag.startswith(f"{{{_NAMESPACE}"):
        raise NotProved([Problem("is no camt.054.001 document", name="AnotherKindOfFile")])
    return root


def _notice(
    element: Element, number: str, data: bytes, names: Mapping[str, str]
) -> Proved[BankNotice]:
    if not number:
        raise CamtFieldIsWrong("Ntfctn/Id", "is missing")
    summary = child(element, "TxsSummry")
    currency = text_at(element, "Acct/Ccy")
    if not currency:
        raise CamtFieldIsWrong("Acct/Ccy", "is missing")
    printed = {
        name: money_of(text_at(child(summary, name), "Sum"), currency, f"{name}/Sum")
        if child(child(summary, name), "Sum") is not None
        else Money(0, currency)
        for name in ("TtlCdtNtries", "TtlDbtNtries")
    }
    if not any(printed.values()):
        raise CamtFieldIsWrong("TxsSummry", "no sum of credits or debits is stated")
    booked = [entry for entry in children(element, "Ntry") if status_of(entry) == "BOOK"]
    lines = [
        line
        for position, entry in enumerate(booked, start=1)
        for line in lines_of_entry(entry, currency, fallback_id=f"{number}/{position}")
    ]
    notice = BankNotice(
        notice_no=number,
        account=names.get(account_of(element), account_of(element)),
        credits=printed["TtlCdtNtries"],
        debits=printed["TtlDbtNtries"],
        lines=tuple(lines),
    )
    version = int(element.tag[len(_NAMESPACE) + 1 :].partition("}")[0])
    equations = (*summary_of(element, booked, currency), *ids_are_unique(lines))
    sha256 = hashlib.sha256(data).hexdigest()
    form = DocumentForm.MESSAGE
    return prove(notice, Reading(sha256, READER, "camt.054.001", version, form, equations))
