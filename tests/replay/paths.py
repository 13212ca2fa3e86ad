"""The recorded paths: a name for each, and whose life of the demo it is."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "histories"

KEY = "replay:" + "cmVwbGF5LXJlcGxheS1yZXBsYXktcmVwbGF5LTEyMzQ="
"""Opens the recorded payloads. Made for these files, it guards nothing else."""

PATHS = {
    "case_paid_in_full": "case-SO-2026-0002",
    "case_by_portal_with_patient_share": "case-SO-2026-0001",
    "case_denied_then_corrected": "case-SO-2026-0004",
    "case_two_payers": "case-SO-2026-0007",
    "case_two_payers_and_the_patient": "case-SO-2026-0008",
    "case_paid_late": "case-SO-2026-0009",
    "case_never_paid_waiting_for_a_person": "case-SO-2026-0010",
    "case_never_paid_written_off": "case-SO-2026-0011",
    "case_returned_by_the_carrier": "case-SO-2026-0021",
    "case_cancelled_in_the_warehouse": "case-SO-2026-0022",
    "case_cancelled_after_the_claim": "case-SO-2026-0023",
    "claim_paid_by_api": "claim-CL-2026-0002-1",
    "claim_paid_at_the_portal": "claim-CL-2026-0001-1",
    "claim_denied_then_corrected": "claim-CL-2026-0004-1",
    "claim_denied_at_the_portal_then_corrected": "claim-CL-2026-0005-1",
    "claim_written_off": "claim-CL-2026-0006-1",
    "claim_reversed": "claim-CL-2026-0023-1",
    "claim_written_off_by_the_head": "claim-CL-2026-0024-1",
    "collect_advices_and_statements": "collect-2026-01-10",
    "reconcile_a_quiet_day": "reconcile-BA-02-2026-01-07",
}
"""And two more, whose ids only the run knows: a decided review, a reconciliation that asked."""

SHORT = {
    "compare_portal_all_is_well": ("ComparePortal", True, False),
    "compare_portal_and_ask": ("ComparePortal", True, True),
    "rehearse_portal_all_is_well": ("RehearsePortal", True, False),
    "rehearse_portal_and_ask": ("RehearsePortal", True, True),
    "clear_month_agreed": ("ClearMonth", True, False),
    "clear_month_differs": ("ClearMonth", True, True),
    "bill_paid_in_parts": ("PaymentLife", True, False),
    "bill_refused_and_undone": ("PaymentLife", True, True),
    "bill_held_by_a_rule": ("PaymentLife", True, True),
    "bill_held_and_in_lists": ("PaymentLife", True, True),
    "bill_paid_and_in_lists": ("PaymentLife", True, False),
    "reconcile_and_let_age": ("ReconcileDay", True, False),
    "age_lines_explained_in_time": ("AgeLines", True, False),
    "age_lines_and_ask": ("AgeLines", True, True),
    "age_lines_explained_while_asked": ("AgeLines", True, True),
    "review_explained": ("ReviewLife", True, False),
    "review_explained_at_its_reminder": ("ReviewLife", True, False),
    "review_withdrawn": ("ReviewLife", True, False),
    "collect_and_await_a_bill": ("CollectStatements", False, False),
    "await_bill_booked_meanwhile": ("AwaitBill", True, False),
    "await_bill_given_up": ("AwaitBill", True, True),
    "settlements_are_the_same": ("CheckSettlements", True, False),
    "settlements_differ_and_ask": ("CheckSettlements", True, True),
    "await_bill_withdrawn": ("AwaitBill", True, True),
    "collect_a_refused_bill": ("CollectStatements", False, False),
    "money_sent_back": ("ReturnLife", True, False),
    "return_held_by_a_rule": ("ReturnLife", True, True),
    "return_given_up": ("ReturnLife", True, True),
    "hand_over_funds": ("HandOverFunds", False, False),
    "drain_outbox": ("DrainOutbox", False, False),
    "daily_check_all_is_well": ("DailyCheck", False, False),
    "daily_check_runs_a_case_again": ("DailyCheck", False, True),
    "daily_check_runs_a_bill_again": ("DailyCheck", False, True),
    "daily_check_warns_of_filing": ("DailyCheck", False, True),
    "daily_check_asks_again": ("DailyCheck", False, True),
    "money_sent_back_in_lists": ("ReturnLife", True, False),
    "return_held_by_a_rule_in_lists": ("ReturnLife", True, True),
    "return_given_up_in_lists": ("ReturnLife", True, True),
    "await_bill_given_up_in_lists": ("AwaitBill", True, True),
    "await_bill_withdrawn_in_lists": ("AwaitBill", True, True),
    "age_lines_and_ask_in_lists": ("AgeLines", True, True),
    "bill_given_up_and_in_lists": ("PaymentLife", True, True),
    "claim_handed_in_late": ("ClaimLife", True, True),
    "claim_cancelled_while_asking": ("ClaimLife", True, False),
    "case_nudged_while_claiming": ("OrderToCash", True, False),
}
"""Lives that no order needs: whose, whether they are told what to look at, whether they have news.
`python -m tests.replay.short_lives NAME` records one under its name as workflow id."""


def id_of(name: str) -> str:
    """The workflow id of a recorded life; a case refuses every id that is not its own."""
    is_case = name in SHORT and SHORT[name][0] == "OrderToCash"
    return PATHS.get(name, "case-SO-2026-0099" if is_case else name)
