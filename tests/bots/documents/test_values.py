"""Each printed type has one form; its neighbours are refused."""

from __future__ import annotations

from datetime import date

import pytest

from bots.documents.equations import Period
from bots.documents.layout import Field
from bots.documents.values import NotOfItsType, typed


def _field(kind: str, **settings: str) -> Field:
    return Field("标签", "name", kind, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("1,234.50", _field("money"), 123_450),
        ("1234.50", _field("money"), 123_450),
        ("-0.01", _field("money"), -1),
        ("1,234.50-", _field("money"), -123_450),
        (" １２.００ ", _field("money"), 1_200),
        ("007", _field("int"), 7),
        ("2024-02-29", _field("date"), date(2024, 2, 29)),
        ("2026-01-05 至 2026-01-05", _field("period"), Period(date(2026, 1, 5), date(2026, 1, 5))),
        ("CO-45 PR-2", _field("reasons"), (("CO", "45"), ("PR", "2"))),
        ("WO", _field("reasons"), (("WO", ""),)),
        ("", _field("reasons"), ()),
        ("RB-20260112-1000", _field("ref", picture="RB-00000000-0+"), "RB-20260112-1000"),
    ],
)
def test_a_text_of_its_form_is_read(text: str, field: Field, value: object) -> None:
    assert typed(text, field) == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("1,23.50", _field("money")),
        ("12345,678.00", _field("money")),
        ("12.5", _field("money")),
        ("12.500", _field("money")),
        ("1200", _field("money")),
        ("(12.00)", _field("money")),
        ("-12.00-", _field("money")),
        ("12.-00", _field("money")),
        ("￥12.00", _field("money")),
        ("", _field("money")),
        ("1.0", _field("int")),
        ("-1", _field("int")),
        ("2025-02-29", _field("date")),
        ("2026-1-5", _field("date")),
        ("2026-01-06 至 2026-01-05", _field("period")),
        ("2026-01-06", _field("period")),
        ("CO45", _field("reasons")),
        ("co-45", _field("reasons")),
        ("RB-2026011-001", _field("ref", picture="RB-00000000-0+")),
        ("RB-20260112-", _field("ref", picture="RB-00000000-0+")),
        ("SO 2026", _field("ref")),
        ("万元", _field("fixed", expected="元")),
    ],
)
def test_a_text_of_another_form_is_refused(text: str, field: Field) -> None:
    with pytest.raises(NotOfItsType):
        typed(text, field)
