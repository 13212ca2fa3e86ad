"""The remittance advice of payer B as it is printed: 赔款支付通知书."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.printing import (
    Column,
    document,
    gap,
    header_pairs,
    line,
    printed,
    ruled_table,
    title,
)

_CLAIM_COLUMNS = (
    Column("序号", 28, "center"),
    Column("申报单号", 112),
    Column("版本", 30, "center"),
    Column("申报金额", 70, "right"),
    Column("合同调整", 66, "right"),
    Column("个人负担", 66, "right"),
    Column("赔付金额", 70, "right"),
    Column("原因码", 66),
)
_TAKE_BACK_COLUMNS = (
    Column("序号", 28, "center"),
    Column("申报单号", 112),
    Column("扣回金额", 80, "right"),
    Column("原因码", 66),
)


@dataclass(frozen=True)
class PrintedClaim:
    """One claim that is paid; amounts in fen."""

    claim_no: str
    version: int
    billed: int
    contract: int
    patient: int
    paid: int
    reasons: str


@dataclass(frozen=True)
class PrintedTakeBack:
    """Money taken back for one claim; `amount` in fen and positive."""

    claim_no: str
    amount: int
    reason: str


@dataclass(frozen=True)
class PrintedRemittance:
    """What the advice prints. `paid_on` as YYYY-MM-DD."""

    remittance_no: str
    paid_on: str
    trace_number: str
    payer_name: str
    payee_name: str
    claims: tuple[PrintedClaim, ...]
    take_backs: tuple[PrintedTakeBack, ...]
    # Nothing but the fault `wrong_sums` sets this: fen by which the printed totals are too high.
    error_in_total: int = 0


def print_remittance(advice: PrintedRemittance) -> bytes:
    """Return the advice as a PDF file."""
    paid_total = sum(claim.paid for claim in advice.claims) + advice.error_in_total
    taken_back = sum(take_back.amount for take_back in advice.take_backs)
    story = [
        *title("赔款支付通知书"),
        header_pairs(
            [
                (f"通知书编号：{advice.remittance_no}", f"支付日期：{advice.paid_on}"),
                (f"支付流水号：{advice.trace_number}", "单位：元"),
                (f"收款单位：{advice.payee_name}", f"支付单位：{advice.payer_name}"),
            ]
        ),
        gap(),
        ruled_table(_CLAIM_COLUMNS, _claim_rows(advice.claims), _claim_totals(advice)),
    ]
    if advice.take_backs:
        closing = ("", "扣回合计", printed(taken_back), "")
        story += [gap(12), line("扣回明细"), gap(4)]
        story += [ruled_table(_TAKE_BACK_COLUMNS, _take_back_rows(advice.take_backs), closing)]
    totals = (
        f"赔付总额：{printed(paid_total)} 扣回总额：{printed(taken_back)} "
        f"实付金额：{printed(paid_total - taken_back)}"
    )
    story += [gap(12), line(totals)]
    return document(story, name="赔款支付通知书", issuer=advice.payer_name)


def _claim_rows(claims: Sequence[PrintedClaim]) -> list[tuple[str, ...]]:
    return [
        (
            str(number),
            claim.claim_no,
            str(claim.version),
            printed(claim.billed),
            printed(claim.contract),
            printed(claim.patient),
            printed(claim.paid),
            claim.reasons,
        )
        for number, claim in enumerate(claims, start=1)
    ]


def _claim_totals(advice: PrintedRemittance) -> tuple[str, ...]:
    claims = advice.claims
    return (
        "",
        "合计",
        "",
        printed(sum(claim.billed for claim in claims)),
        printed(sum(claim.contract for claim in claims)),
        printed(sum(claim.patient for claim in claims)),
        printed(sum(claim.paid for claim in claims) + advice.error_in_total),
        "",
    )


def _take_back_rows(take_backs: Sequence[PrintedTakeBack]) -> list[tuple[str, ...]]:
    return [
        (str(number), take_back.claim_no, printed(take_back.amount), take_back.reason)
        for number, take_back in enumerate(take_backs, start=1)
    ]
