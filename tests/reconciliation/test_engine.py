"""The engine, stage by stage: what is booked by itself, and the case just past each edge."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.matching import DifferenceClass as D
from reconciliation.tables import Item, Part, ReferenceNotChecked
from tests.reconciliation.snapshots import (
    DUE,
    claim,
    classes,
    credit,
    matched,
    pairs,
    ref,
    transfer,
)

pytestmark = pytest.mark.thorough


def test_a_reference_as_printed_with_the_same_amount_is_exact() -> None:
    found = matched([claim(1, 10000), claim(2, 5000)], [credit(1, ref(2), 5000)])
    assert pairs(found) == [("BK-1", "CL-2", "exact")]
    assert found.explained[0].read == "printed"
    assert found.findings == ()
    assert found.waiting == {"CL-1": D.BANK_MISSING}


@pytest.mark.parametrize(
    ("reference", "text", "read"),
    [
        (ref(1).lower(), "", "tidied"),
        (f"{ref(1)[:4]} {ref(1)[4:12]}-{ref(1)[12:]}", "", "tidied"),
        ("".join(chr(ord(sign) + 0xFEE0) for sign in ref(1)), "", "tidied"),
        ("", f"货款{ref(1)}谢谢2026-01-05", "in_text"),
        ("BK20260105", f"货款 {ref(1)[:10]} {ref(1)[10:]}", "in_text"),
        (ref(1).replace("0", "O").replace("1", "I").replace("8", "B"), "", "glyphs"),
    ],
)
def test_other_writings_of_a_reference_are_read(reference: str, text: str, read: str) -> None:
    found = matched([claim(1, 10000)], [credit(1, reference, 10000, text=text)])
    assert [(e.item_id, str(e.rule), e.read) for e in found.explained] == [("CL-1", "exact", read)]


def test_a_trace_number_of_others_is_compared_whole() -> None:
    items = [transfer("RA-1", "TRN-1", 10000)]
    assert pairs(matched(items, [credit(1, "trn-1 ", 10000)])) == [("BK-1", "RA-1", "exact")]
    assert pairs(matched(items, [credit(1, "TRN-10", 10000)])) == []
    assert pairs(matched(items, [credit(1, "TRN1", 10000)])) == []


def test_a_fen_too_much_is_rounding_and_six_are_not() -> None:
    assert pairs(matched([claim(1, 10000)], [credit(1, ref(1), 10005)])) == [
        ("BK-1", "CL-1", "rounding")
    ]
    six = matched([claim(1, 10000)], [credit(1, ref(1), 10006)])
    assert (pairs(six), classes(six)) == ([], [("BK-1", D.OVER, "over")])


def test_the_fee_of_the_payer_to_the_fen_is_a_fee_and_a_fen_more_is_too_little() -> None:
    # 6,000 in a million of 100,000 fen is 600.
    found = matched([claim(1, 100000)], [credit(1, ref(1), 99400)])
    assert [(str(e.rule), e.off_minor) for e in found.explained] == [("fee", 600)]
    short = matched([claim(1, 100000)], [credit(1, ref(1), 99399)])
    assert (pairs(short), classes(short)) == ([], [("BK-1", D.UNDER, "under")])
    other = matched([claim(1, 100000, payer="PB")], [credit(1, ref(1), 99400, payer="PB")])
    assert pairs(other) == []


def test_parts_that_add_up_are_a_split_and_parts_that_do_not_wait() -> None:
    parts = [credit(1, ref(1), 4000), credit(2, ref(1), 6000)]
    assert pairs(matched([claim(1, 10000)], parts)) == [
        ("BK-1", "CL-1", "split"),
        ("BK-2", "CL-1", "split"),
    ]
    less = matched([claim(1, 10001)], parts)
    assert pairs(less) == []
    assert {d for _, d, _ in classes(less)} == {D.SPLIT_PARTIAL}
    assert less.waiting == {"CL-1": D.SPLIT_PARTIAL}


def test_the_last_part_without_a_reference_is_found_by_what_is_left() -> None:
    lines = [credit(1, ref(1), 4000), credit(2, "", 6000)]
    assert pairs(matched([claim(1, 10000)], lines)) == [
        ("BK-1", "CL-1", "residual"),
        ("BK-2", "CL-1", "residual"),
    ]


def test_two_claimants_of_a_last_part_leave_it_to_a_person() -> None:
    lines = [credit(1, ref(1), 4000), credit(2, ref(2), 3000), credit(3, "", 6000)]
    assert pairs(matched([claim(1, 10000), claim(2, 9000)], lines)) == []


def test_the_same_amount_twice_is_one_payment_and_one_duplicate() -> None:
    later = DUE + timedelta(days=1)
    found = matched(
        [claim(1, 10000)], [credit(1, ref(1), 10000, booked=later), credit(2, ref(1), 10000)]
    )
    assert pairs(found) == [("BK-2", "CL-1", "exact")]
    assert classes(found) == [("BK-1", D.DUPLICATE_PAYMENT, "paid_before")]
    assert found.explained[0].alternatives == 2


def test_two_items_alike_leave_the_line_to_a_person() -> None:
    items = [transfer("RA-1", "TRN-1", 10000), transfer("RA-2", "TRN-1", 10000)]
    found = matched(items, [credit(1, "TRN-1", 10000)])
    assert (pairs(found), classes(found)) == ([], [("BK-1", D.DUPLICATE_IMPORT, "items_alike")])


def test_one_trace_number_over_two_amounts_is_not_ambiguous() -> None:
    items = [transfer("RA-1", "TRN-1", 5000), transfer("RA-2", "TRN-1", 10000)]
    found = matched(items, [credit(1, "TRN-1", 10000), credit(2, "TRN-1", 5000)])
    assert pairs(found) == [("BK-1", "RA-2", "exact"), ("BK-2", "RA-1", "exact")]


def test_a_payer_that_quotes_the_reference_of_another_s_claim_is_asked_about() -> None:
    found = matched([claim(1, 10000)], [credit(1, ref(1), 10000, payer="PB")])
    assert pairs(found) == []
    assert classes(found) == [("BK-1", D.REFERENCE_DAMAGED, "other_payer")]


def test_another_currency_is_no_match() -> None:
    found = matched([claim(1, 10000)], [credit(1, ref(1), 10000, currency="USD")])
    assert (pairs(found), classes(found)) == ([], [("BK-1", D.CURRENCY, "currency")])


@pytest.mark.parametrize(
    ("state", "minor", "difference", "why"),
    [
        ("settled", 10000, D.DUPLICATE_PAYMENT, "settled"),
        ("written_off", 10000, D.STATUS, "written_off"),
        ("denied", 10000, D.DENIED, "denied"),
        ("cancelled", 10000, D.STATUS, "state"),
        ("settled", -10000, D.DIRECTION, "taken_back"),
        ("open", -10000, D.DIRECTION, "direction"),
    ],
)
def test_money_for_what_is_not_open_is_asked_about(
    state: str, minor: int, difference: D, why: str
) -> None:
    found = matched([claim(1, 10000, state=state)], [credit(1, ref(1), minor)])
    assert (pairs(found), classes(found)) == ([], [("BK-1", difference, why)])


@pytest.mark.parametrize(
    "damaged",
    [ref(1)[:12], ref(1)[12:], ref(1)[:8], ref(1)[:9] + ref(1)[10:], ref(1)[:-1] + "X"],
)
def test_a_damaged_reference_is_told_by_payer_amount_and_likeness(damaged: str) -> None:
    found = matched([claim(1, 10000), claim(2, 9999)], [credit(1, damaged, 10000)])
    assert pairs(found) == [("BK-1", "CL-1", "fuzzy")]


@pytest.mark.parametrize(
    ("damaged", "minor", "payer", "booked"),
    [
        (ref(1)[:7], 10000, "PA", DUE),
        (ref(1)[3:10], 10000, "PA", DUE),
        (ref(1)[:12], 10001, "PA", DUE),
        (ref(1)[:12], 10000, "PB", DUE),
        (ref(1)[:12], 10000, "", DUE),
        (ref(1)[:12], 10000, "PA", date(2026, 3, 7)),
        (ref(1)[:12], 10000, "PA", date(2025, 12, 25)),
    ],
)
def test_just_past_an_edge_of_likeness_nothing_is_booked(
    damaged: str, minor: int, payer: str, booked: date
) -> None:
    found = matched([claim(1, 10000)], [credit(1, damaged, minor, payer=payer, booked=booked)])
    assert pairs(found) == []


@pytest.mark.parametrize("booked", [date(2026, 3, 6), date(2025, 12, 26)])
def test_on_the_last_day_of_the_window_it_is_booked(booked: date) -> None:
    found = matched([claim(1, 10000)], [credit(1, ref(1)[:12], 10000, booked=booked)])
    assert pairs(found) == [("BK-1", "CL-1", "fuzzy")]


def test_a_good_reference_that_nobody_knows_is_never_taken_for_a_damaged_one() -> None:
    found = matched([claim(1, 10000)], [credit(1, ref(9), 10000)])
    assert pairs(found) == []
    assert classes(found) == [("BK-1", D.LEDGER_MISSING, "reference_unknown")]
    assert [(s.item_id, s.why) for s in found.suggestions] == [("CL-1", "same_amount")]


def test_an_amount_alone_is_proposed_and_never_booked() -> None:
    found = matched([claim(1, 10000)], [credit(1, "", 10000)])
    assert (pairs(found), classes(found)) == ([], [("BK-1", D.LEDGER_MISSING, "nothing_fits")])
    assert [(s.item_id, s.why, s.fits) for s in found.suggestions] == [("CL-1", "same_amount", 1)]


def test_an_advice_claims_all_that_it_lists() -> None:
    items = [transfer("RA-1", "TRN-1", 15000), claim(1, 10000), claim(2, 5000)]
    parts = [Part("RA-1", "CL-1", 10000), Part("RA-1", "CL-2", 5000)]
    assert pairs(matched(items, [credit(1, "TRN-1", 15000)], parts=parts)) == [
        ("BK-1", "CL-1", "advice"),
        ("BK-1", "CL-2", "advice"),
        ("BK-1", "RA-1", "exact"),
    ]


def test_a_list_that_does_not_add_up_claims_nothing() -> None:
    items = [transfer("RA-1", "TRN-1", 15000), claim(1, 10000), claim(2, 5001)]
    parts = [Part("RA-1", "CL-1", 10000), Part("RA-1", "CL-2", 5001)]
    assert pairs(matched(items, [credit(1, "TRN-1", 15000)], parts=parts)) == []


def test_a_claim_paid_by_itself_and_in_a_list_is_asked_about_in_both() -> None:
    items = [transfer("RA-1", "TRN-1", 15000), claim(1, 10000), claim(2, 5000)]
    parts = [Part("RA-1", "CL-1", 10000), Part("RA-1", "CL-2", 5000)]
    found = matched(items, [credit(1, "TRN-1", 15000), credit(2, ref(1), 10000)], parts=parts)
    assert pairs(found) == []
    assert classes(found) == [
        ("BK-1", D.DUPLICATE_PAYMENT, "paid_twice"),
        ("BK-2", D.DUPLICATE_PAYMENT, "paid_twice"),
    ]


def test_a_pay_channel_s_credit_is_told_by_channel_day_and_total() -> None:
    day = [transfer("ST-1", "W1", 70000, payer="WX", kind="settlement")]
    assert pairs(matched(day, [credit(1, "", 70000, payer="WX")])) == [
        ("BK-1", "ST-1", "settlement")
    ]
    assert pairs(matched(day, [credit(1, "", 69999, payer="WX")])) == []
    two = [*day, transfer("ST-2", "W2", 70000, payer="WX", kind="settlement")]
    assert pairs(matched(two, [credit(1, "", 70000, payer="WX")])) == []


def _batches(first: list[int], second: list[int]) -> list[Item]:
    made = [claim(10 + n, minor, batch="B-1") for n, minor in enumerate(first)]
    return made + [claim(30 + n, minor, batch="B-2") for n, minor in enumerate(second)]


FIRST = [100003, 87311, 45207, 221109, 31417]
SECOND = [710021, 387313, 945227, 61129, 1231439]


def test_a_whole_batch_is_told_by_its_total() -> None:
    found = matched(_batches(FIRST, SECOND), [credit(1, "", 485047)])
    assert [item for _, item, rule in pairs(found) if rule == "batch"] == [
        "CL-10",
        "CL-11",
        "CL-12",
        "CL-13",
        "CL-14",
    ]
    # Two hypotheses, one fen apart at the least, over 2,850,082 fen: 701 in a milliard.
    assert {e.lambda_ppb for e in found.explained} == {701}


def test_four_claims_or_standard_prices_or_a_paid_part_prove_nothing() -> None:
    four = matched(_batches(FIRST[:4], SECOND), [credit(1, "", 453630)])
    assert (pairs(four), classes(four)) == ([], [("BK-1", D.LUMP_OPEN, "total_unsure")])
    alike = matched(_batches([100000] * 5, [100000] * 4 + [7]), [credit(1, "", 500000)])
    assert pairs(alike) == []
    paid = matched(_batches(FIRST, SECOND), [credit(1, "", 485047), credit(2, ref(10), FIRST[0])])
    assert pairs(paid) == [("BK-2", "CL-10", "exact")]


def test_two_lines_of_a_batch_s_total_leave_both_to_a_person() -> None:
    found = matched(_batches(FIRST, SECOND), [credit(1, "", 485047), credit(2, "", 485047)])
    assert pairs(found) == []


def test_a_batch_less_one_claim_is_proposed() -> None:
    found = matched(_batches(FIRST, SECOND), [credit(1, "", 485047 - 31417)])
    assert pairs(found) == []
    assert [(s.item_id, s.why, s.fits) for s in found.suggestions] == [("B-1", "batch_less_one", 1)]


def test_an_item_is_late_from_the_day_after_it_was_due() -> None:
    due = [claim(1, 10000, due=date(2026, 1, 20)), claim(2, 10000, due=date(2026, 1, 19))]
    assert matched(due, []).waiting == {"CL-1": D.NOT_YET_DUE, "CL-2": D.BANK_MISSING}


def test_a_refund_that_we_owe_is_open_until_it_leaves_the_bank() -> None:
    refund = Item("RF-1", "refund", "PA", "REF-1", False, -3000, "CNY", DUE)
    assert matched([refund], []).waiting == {"RF-1": D.REFUND_OPEN}
    assert pairs(matched([refund], [credit(1, "REF-1", -3000)])) == [("BK-1", "RF-1", "exact")]


def test_money_that_leaves_without_a_name_is_a_matter_of_direction() -> None:
    found = matched([claim(1, 10000)], [credit(1, "", -10000, payer="")])
    assert (pairs(found), classes(found)) == ([], [("BK-1", D.DIRECTION, "money_out")])


def test_an_item_whose_own_reference_fails_its_check_is_refused() -> None:
    wrong = Item("CL-1", "claim", "PA", ref(1)[:-1] + "X", True, 100, "CNY", DUE)
    with pytest.raises(ReferenceNotChecked):
        matched([wrong], [])


def test_an_empty_snapshot_has_nothing_to_say() -> None:
    found = matched([], [])
    assert (found.explained, found.findings, found.suggestions, found.waiting) == ((), (), (), {})
