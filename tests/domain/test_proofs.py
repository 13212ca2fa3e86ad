"""Nothing from outside is used before it adds up: remittances and bank statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.remittance import (
    Adjustment,
    ProviderAdjustment,
    RemittanceAdvice,
    RemittanceDoesNotAddUp,
    RemittanceLine,
)
from domain.statement import (
    BankStatement,
    StatementDoesNotAddUp,
    StatementLine,
    prove_continuation,
)

LINE = RemittanceLine(
    claim_no="CL-2026-0001-1",
    version=1,
    billed=Money(124_000),
    paid=Money(100_000),
    adjustments=(Adjustment("CO", "45", Money(14_000)), Adjustment("PR", "2", Money(10_000))),
)
ADVICE = RemittanceAdvice(
    remittance_no="R-7",
    payer="PA",
    paid_on=date(2026, 1, 12),
    trace_number="T-7",
    total=Money(95_000),
    lines=(LINE,),
    provider_adjustments=(ProviderAdjustment("CL-2026-0009-1", "WO", Money(-5_000)),),
)
MOVES = (
    StatementLine("B-1", date(2026, 1, 13), Money(95_000), "T-7", "claims", "PA"),
    StatementLine("B-2", date(2026, 1, 13), Money(-1_000), "", "fee", "bank"),
)
STATEMENT = BankStatement(
    statement_no="ST-1",
    account="BA-01",
    from_day=date(2026, 1, 13),
    to_day=date(2026, 1, 13),
    opening=Money(1_000_000),
    closing=Money(1_094_000),
    lines=MOVES,
)


def test_a_remittance_that_adds_up_gives_its_equations() -> None:
    proved = ADVICE.equations()
    assert [(e.name, e.left_minor, e.right_minor) for e in proved] == [
        ("CL-2026-0001-1 billed - adjusted = paid", 100_000, 100_000),
        ("sum of lines = total", 95_000, 95_000),
    ]


@pytest.mark.parametrize("fen", [1, -1])
def test_a_remittance_off_by_one_fen_is_refused_with_both_numbers(fen: int) -> None:
    with pytest.raises(RemittanceDoesNotAddUp) as refused:
        replace(ADVICE, total=Money(95_000 + fen)).equations()
    assert refused.value.left == Money(95_000)
    assert refused.value.right == Money(95_000 + fen)


def test_a_missing_amount_is_told_in_words() -> None:
    with pytest.raises(RemittanceDoesNotAddUp) as refused:
        replace(ADVICE, provider_adjustments=(), total=Money(101_000)).equations()
    assert str(refused.value) == (
        "Remittance R-7: lines 1,000.00, should be 1,010.00 CNY, 10.00 missing."
    )


def test_a_line_whose_adjustments_do_not_explain_what_is_missing_is_refused() -> None:
    wrong = replace(LINE, paid=Money(100_001))
    with pytest.raises(RemittanceDoesNotAddUp, match="claim CL-2026-0001-1 paid"):
        replace(ADVICE, lines=(wrong,), total=Money(95_001)).equations()


def test_an_empty_remittance_proves_nothing_even_over_zero() -> None:
    with pytest.raises(RemittanceDoesNotAddUp, match="no line at all"):
        replace(ADVICE, lines=(), provider_adjustments=(), total=Money(0)).equations()


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)),
        min_size=1,
        max_size=8,
    ),
    st.integers(-(10**9), 10**9),
)
def test_whatever_really_adds_up_is_accepted_and_one_fen_more_never(
    parts: list[tuple[int, int, int]], taken: int
) -> None:
    lines = tuple(
        RemittanceLine(
            claim_no=f"CL-{n}",
            version=1,
            billed=Money(paid + contract + patient),
            paid=Money(paid),
            adjustments=(
                Adjustment("CO", "45", Money(contract)),
                Adjustment("PR", "2", Money(patient)),
            ),
        )
        for n, (paid, contract, patient) in enumerate(parts)
    )
    total = sum(paid for paid, _, _ in parts) + taken
    advice = replace(
        ADVICE,
        lines=lines,
        provider_adjustments=(ProviderAdjustment("CL-9", "WO", Money(taken)),),
        total=Money(total),
    )
    assert len(advice.equations()) == len(parts) + 1
    with pytest.raises(RemittanceDoesNotAddUp):
        replace(advice, total=Money(total + 1)).equations()


def test_a_statement_is_proved_in_itself_and_tied_to_the_one_before() -> None:
    proved = [*STATEMENT.equations(), prove_continuation(STATEMENT, Money(1_000_000))]
    assert [equation.name for equation in proved] == [
        "opening + movements = closing",
        "opening = previous closing",
    ]


@pytest.mark.parametrize("fen", [1, -1])
def test_a_statement_off_by_one_fen_is_refused(fen: int) -> None:
    with pytest.raises(StatementDoesNotAddUp, match=r"ST-1: opening \+ movements 10,940\.00"):
        replace(STATEMENT, closing=Money(1_094_000 + fen)).equations()


def test_a_gap_between_two_statements_is_refused() -> None:
    with pytest.raises(StatementDoesNotAddUp, match=r"opening 10,000\.00, should be 9,999\.99"):
        prove_continuation(STATEMENT, Money(999_999))


def test_an_empty_statement_proves_nothing() -> None:
    with pytest.raises(StatementDoesNotAddUp, match="no line at all"):
        replace(STATEMENT, lines=(), closing=STATEMENT.opening).equations()
