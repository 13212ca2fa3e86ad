"""Reading a bank's camt.053 file (ISO 20022) into bank statements, proved or refused whole.

Any version of camt.053.001 is read; an entry that pays several parties becomes a line for each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.camt_entry import EntryDoesNotAddUp, lines_of_entry, status_of
from connectors.camt_fields import (
    CamtFieldIsWrong,
    amount_of,
    child,
    children,
    count_at,
    day_of,
    money_of,
    signed_amount,
    text_at,
)
from domain.money import Money
from domain.proof import (
    DocumentForm,
    Equation,
    NotProved,
    ProofKind,
    Proved,
    Reading,
    prove,
)
from domain.statement import (
    BankStatement,
    StatementDoesNotAddUp,
    StatementLine,
    prove_continuation,
)

MAX_BYTES = 20 * 1024 * 1024
READER = "camt 1"
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


@dataclass(frozen=True)
class CamtProblem:
    """One reason to refuse the file; `statement_no` is empty when the whole file is meant."""

    reason: str
    statement_no: str = ""

    def __str__(self) -> str:
        if not self.statement_no or self.statement_no in self.reason:
            return self.reason
        return f"Bank statement {self.statement_no}: {self.reason}"


@dataclass(frozen=True)
class CamtProved:
    """One proved statement. `pending`: entries announced but not yet booked.

    `reversals` are the line ids that the bank marks as taking back an earlier entry.
    """

    proved: Proved[BankStatement]
    pending: int
    reversals: frozenset[str]

    @property
    def statement(self) -> BankStatement:
        """The statement itself."""
        return self.proved.value


@dataclass(frozen=True)
class CamtRefused:
    """Nothing of the file may be used; `problems` is never empty."""

    problems: tuple[CamtProblem, ...]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def read_camt(
    data: bytes, names: Mapping[str, str] | None = None
) -> tuple[CamtProved, ...] | CamtRefused:
    """Read all statements of one account, in the order of the file.

    `names` tells what we call an account, by the bank's number; without it, as the bank does.

    Each further statement of the file must open where the one before it closed; what the first
    must continue stands in our books, and is proved there.
    """
    root = _root(data)
    if isinstance(root, CamtProblem):
        return CamtRefused((root,))
    digest = hashlib.sha256(data).hexdigest()
    proved: list[CamtProved] = []
    problems: list[CamtProblem] = []
    closing: Money | None = None
    for element in children(child(root, "BkToCstmrStmt"), "Stmt"):
        number = text_at(element, "Id") or "without number"
        try:
            found = _statement(element, number, closing, digest, names or {})
        except (CamtFieldIsWrong, EntryDoesNotAddUp, StatementDoesNotAddUp, NotProved) as error:
            problems.append(CamtProblem(str(error), number))
            continue
        closing = found.statement.closing
        proved.append(found)
    if not proved and not problems:
        problems.append(CamtProblem("the file holds no statement"))
    if len({found.statement.account for found in proved}) > 1:
        problems.append(CamtProblem("the file holds statements of several accounts"))
    return CamtRefused(tuple(problems)) if problems else tuple(proved)


def _root(data: bytes) -> Element | CamtProblem:
    if len(data) > MAX_BYTES:
        return CamtProblem(f"{len(data)} bytes, allowed are {MAX_BYTES}")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, ValueError, DefusedXmlException):
        return CamtProblem("is no well-formed XML, or declares entities")
    if not root.tag.startswith(f"{{{_NAMESPACE}"):
        return CamtProblem("is no camt.053.001 document")
    return root


def _statement(
    element: Element,
    number: str,
    previous_closing: Money | None,
    digest: str,
    names: Mapping[str, str],
) -> CamtProved:
    currency = text_at(element, "Acct/Ccy") or _currency_of_balances(element)
    _check_pages(element)
    booked = [entry for entry in children(element, "Ntry") if status_of(entry) == "BOOK"]
    lines: list[StatementLine] = []
    reversals: set[str] = set()
    for position, entry in enumerate(booked, start=1):
        found = lines_of_entry(entry, currency, fallback_id=f"{number}/{position}")
        lines += found
        if text_at(entry, "RvslInd") in ("true", "1"):
            reversals |= {line.line_id for line in found}
    opening, opening_day = _balance(element, ("OPBD", "PRCD"), currency)
    closing, closing_day = _balance(element, ("CLBD",), currency)
    statement = BankStatement(
        statement_no=number,
        account=names.get(account_of(element), account_of(element)),
        from_day=day_of(element, "FrToDt/FrDtTm") or opening_day,
        to_day=day_of(element, "FrToDt/ToDtTm") or closing_day,
        opening=opening,
        closing=closing,
        lines=tuple(lines),
    )
    equations = [*summary_of(element, booked, currency), *ids_are_unique(lines)]
    if previous_closing is not None:
        equations.append(prove_continuation(statement, previous_closing))
    version = int(element.tag[len(_NAMESPACE) + 1 :].partition("}")[0])
    reading = Reading(
        digest, READER, "camt.053.001", version, DocumentForm.MESSAGE, tuple(equations)
    )
    pending = len(children(element, "Ntry")) - len(booked)
    return CamtProved(prove(statement, reading), pending, frozenset(reversals))


def _currency_of_balances(element: Element) -> str:
    found = {balance.attrib.get("Ccy", "") for balance in element.findall("{*}Bal/{*}Amt")}
    if len(found) != 1:
        raise CamtFieldIsWrong("Bal/Amt", f"balances in {len(found)} currencies")
    return found.pop()


def _check_pages(element: Element) -> None:
    page, is_last = text_at(element, "StmtPgntn/PgNb"), text_at(element, "StmtPgntn/LastPgInd")
    if page and (page != "1" or is_last not in ("true", "1")):
        raise CamtFieldIsWrong("StmtPgntn", "is one page of several, the others are not here")


def _balance(element: Element, codes: Sequence[str], currency: str) -> tuple[Money, date]:
    """The balance of the first of these codes that is there."""
    for code in codes:
        found = [
            balance
            for balance in children(element, "Bal")
            if text_at(balance, "Tp/CdOrPrtry/Cd") == code
        ]
        if len(found) > 1:
            raise CamtFieldIsWrong("Bal", f"{len(found)} balances {code}")
        if found:
            day = day_of(found[0], "Dt/Dt") or day_of(found[0], "Dt/DtTm")
            if day is None:
                raise CamtFieldIsWrong("Bal/Dt", f"balance {code} has no date")
            return signed_amount(found[0], currency), day
    raise CamtFieldIsWrong("Bal", f"no balance {' or '.join(codes)}")


def account_of(element: Element) -> str:
    """The account that a statement or notice is about. Raises: CamtFieldIsWrong."""
    number = text_at(element, "Acct/Id/IBAN") or text_at(element, "Acct/Id/Othr/Id")
    if not number:
        raise CamtFieldIsWrong("Acct/Id", "no account number")
    return number


def ids_are_unique(lines: Sequence[StatementLine]) -> list[Equation]:
    """Two lines of one number would be booked as one. Raises: CamtFieldIsWrong."""
    ids = {line.line_id for line in lines}
    if len(ids) != len(lines):
        raise CamtFieldIsWrong("AcctSvcrRef", f"{len(lines)} lines have {len(ids)} references")
    name = "every line has a reference of its own"
    return [Equation(name, len(ids), len(lines), ProofKind.ORDER)]


def summary_of(element: Element, booked: Sequence[Element], currency: str) -> list[Equation]:
    """Prove the counts and sums of TxsSummry, as far as the bank states them.

    Raises: CamtFieldIsWrong.
    """
    wanted = {"TtlNtries": ("CRDT", "DBIT"), "TtlCdtNtries": ("CRDT",), "TtlDbtNtries": ("DBIT",)}
    proved = []
    for name, directions in wanted.items():
        summary = child(child(element, "TxsSummry"), name)
        entries = [entry for entry in booked if text_at(entry, "CdtDbtInd") in directions]
        total = Money.total((amount_of(entry, currency) for entry in entries), currency).minor
        if text_at(summary, "NbOfNtries"):
            stated_count = count_at(summary, "NbOfNtries")
            count = Equation(f"{name} count", len(entries), stated_count, ProofKind.ORDER)
            proved.append(count)
        if text_at(summary, "Sum"):
            stated_sum = money_of(text_at(summary, "Sum"), currency, "Sum")
            proved.append(Equation(f"{name} sum", total, stated_sum.minor))
    for equation in proved:
        if equation.left_minor != equation.right_minor:
            numbers = f"{equation.left_minor} is not {equation.right_minor}"
            raise CamtFieldIsWrong("TxsSummry", f"{equation.name}: {numbers}")
    return proved
