"""Which reasons the page offers for each outcome; a program may send another short code."""

from __future__ import annotations

from domain.appeal import APPEAL_REASONS

_YES = ("evidence_complete", "payer_confirmed", "contract_allows", "customer_wish", "other")
_NO = ("evidence_incomplete", "data_error", "contract_forbids", "duplicate", "other")
_GIVE_UP = ("not_collectable", "too_small", "past_deadline", "contract_allows", "other")
_UNDO = ("customer_wish", "cannot_be_mended", "duplicate", "other")

REASONS: dict[str, tuple[str, ...]] = {
    "approve": _YES,
    "accept": _YES,
    "reject": _NO,
    "dispute": ("contract_forbids", "evidence_incomplete", "data_error", "other"),
    "keep_open": ("under_inquiry", "evidence_incomplete", "not_ours", "other"),
    "correct": ("document_missing", "data_error", "payer_confirmed", "other"),
    "appeal": APPEAL_REASONS,
    "write_off": _GIVE_UP,
    "chase": ("payer_is_late", "payer_confirmed", "under_inquiry", "other"),
    "retry": ("passed", "data_error", "other"),
    "cancel_order": _UNDO,
    "give_up": _UNDO,
    "run_again": ("passed", "customer_wish", "other"),
    "leave": ("under_inquiry", "cannot_be_mended", "other"),
    "all_right": ("payer_confirmed", "evidence_complete", "other"),
    "put_right": ("payer_confirmed", "duplicate", "data_error", "other"),
    "keep_waiting": ("under_inquiry", "other"),
    "no_bill": ("cannot_be_mended", "other"),
    "hand_in": ("payer_confirmed", "contract_allows", "other"),
    "seen_to": ("under_inquiry", "document_missing", "other"),
    "fetch_again": ("data_error", "payer_confirmed", "other"),
    "dismiss": ("duplicate", "not_ours", "data_error", "other"),
    "it_is_there": ("seen_at_payer", "payer_confirmed", "other"),
    "not_there": ("not_seen_at_payer", "payer_confirmed", "other"),
    "done_by_hand": ("sent_by_hand", "other"),
}


def reasons_for(outcome: str) -> tuple[str, ...]:
    """The codes to choose from, the likeliest first; "other" is always among them."""
    return REASONS.get(outcome, ("other",))
