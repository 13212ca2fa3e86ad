"""The printed advice of a payer, from its books; every payer with a portal gives it out."""

from typing import Any

from sandbox import remitting
from sandbox.kit import Moment
from sandbox.remittance_pdf import (
    PrintedClaim,
    PrintedRemittance,
    PrintedTakeBack,
    print_remittance,
)
from sandbox.remitting import Payer

PAYEE_NAME = "测试回款医疗器械有限公司"


def advice(moment: Moment, payer: Payer, remittance_no: str) -> bytes | None:
    """Return the advice as a PDF file; None, when the payer has none of this number."""
    remittance = moment.row("select * from remittance where remittance_no = ?", remittance_no)
    return None if remittance is None else print_remittance(_printed(moment, payer, remittance))


def _printed(moment: Moment, payer: Payer, remittance: dict[str, Any]) -> PrintedRemittance:
    remittance_no = remittance["remittance_no"]
    return PrintedRemittance(
        remittance_no=remittance_no,
        paid_on=remittance["date"],
        trace_number=remittance["trace_number"],
        payer_name=payer.name,
        payee_name=PAYEE_NAME,
        claims=tuple(_printed_claim(claim) for claim in remitting.claims_of(moment, remittance_no)),
        take_backs=tuple(
            PrintedTakeBack(row["claim_no"], row["amount"], "WO")
            for row in remitting.take_backs_of(moment, remittance_no)
        ),
        error_in_total=remitting.printed_error(moment, remittance),
    )


def _printed_claim(claim: dict[str, Any]) -> PrintedClaim:
    reasons = [
        reason
        for reason, amount in (("CO-45", claim["contract"]), ("PR-2", claim["patient"]))
        if amount
    ]
    return PrintedClaim(
        claim_no=claim["claim_no"],
        version=claim["version"],
        billed=claim["billed"],
        contract=claim["contract"],
        patient=claim["patient"],
        paid=claim["paid"],
        reasons=" ".join(reasons),
    )
