"""Tables that must be whole: what one room names, another must know."""

from __future__ import annotations

from domain.lifecycle import CLAIM_MOVES, ENDED, TABLE, CaseEvent, CaseStage, ClaimStatus
from domain.review import RULES, ReviewKind, Role
from engine.search_attributes import TYPES


def test_every_kind_of_review_has_a_rule_with_answers_and_people() -> None:
    assert set(RULES) == set(ReviewKind)
    for kind, rule in RULES.items():
        assert len(set(rule.outcomes)) == len(rule.outcomes) >= 2, kind
        assert rule.due_working_days > 0, kind
        assert rule.roles, kind


def test_an_auditor_decides_nothing() -> None:
    assert [kind for kind, rule in RULES.items() if Role.AUDITOR in rule.roles] == []


def test_every_stage_is_reached_and_every_event_makes_a_move() -> None:
    assert {move.after for move in TABLE} == set(CaseStage)
    assert {move.event for move in TABLE} == set(CaseEvent)


def test_every_stage_that_has_not_ended_has_a_way_on_and_no_ended_one_has() -> None:
    left = {move.before for move in TABLE if move.before and move.after != move.before}
    assert left == set(CaseStage) - ENDED


def test_every_status_of_a_claim_stands_in_the_table_and_is_reached() -> None:
    assert set(CLAIM_MOVES) == set(ClaimStatus)
    reached = set().union(*CLAIM_MOVES.values())
    assert set(ClaimStatus) - reached == set()


def test_search_attributes_fit_into_a_namespace_on_sqlite() -> None:
    kinds = list(TYPES.values())
    assert kinds.count("Keyword") <= 10
    assert max(kinds.count(kind) for kind in ("Double", "Bool", "Datetime", "Int", "Text")) <= 3
