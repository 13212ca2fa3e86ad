"""A definition that contradicts itself is told so, with the line, before a bot goes out with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.portal.definition.checking import Checked, check
from engine.toml_places import line_at, lines_of
from tests.bots.portal.samples import DEFINITION

ASYNCHRONOUS = Path(__file__).parents[3] / "counterparties" / "PD" / "portal.toml"


def checked_with(folder: Path, said: str, instead: str, of: Path = DEFINITION) -> Checked:
    text = of.read_text(encoding="utf-8")
    assert said in text
    file = folder / "portal.toml"
    file.write_text(text.replace(said, instead, 1), encoding="utf-8")
    return check(file, url="http://127.0.0.1:1", hooks={"known"})


def test_the_portal_of_payer_b_has_no_fault() -> None:
    found = check(DEFINITION, url="http://127.0.0.1:1")
    assert found.is_usable
    assert [str(one) for one in found.findings if one.weight == "fault"] == []


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        (
            "order_no = { anchors",
            'order_no = { value = "{order}", anchors',
            "line 60: pages.insured.fields.order_no.value: nothing is called {order} here",
        ),
        (
            "order_no = { anchors",
            "order_number = { anchors",
            "line 60: pages.insured.fields.order_number: nothing is called {order_number} here",
        ),
        (
            "quantity = { type",
            "how_many = { type",
            "line 81: pages.lines.rows.fields.how_many: nothing is called {how_many} here",
        ),
        (
            "username = { anchors",
            'username = { value = "{claim_no}", anchors',
            "line 42: pages.login.fields.username.value: nothing is called {claim_no} here",
        ),
        (
            '  "申报提交成功，受理号：\\\\w+",',
            '  "申报提交成功，受理号：(\\\\w+",',
            "line 123: commit.dialogs.1: is no regular expression",
        ),
        ('"附件" = "attachment"', '"附件(" = "attachment"', "is no regular expression"),
        (
            '"已核定" = "approved"',
            '"已核定" = "decided"',
            "line 187: statuses.已核定: decided is none of accepted, approved, denied,",
        ),
        (
            '[[writes]]\npath = "/claims/new"\n',
            '[[writes]]\npath = "/claims/new/sub\\\\w+"\n',
            "line 129: writes.1: fits the commit, which must pass by its own way only",
        ),
        (
            'anchors = { label = "原受理号", name = "yslh" }',
            'anchors = { label = "版本", name = "bb" }',
            "line 59: pages.insured.fields.replaces.anchors: are the same as those of version",
        ),
        ('"ddh", "fphm"', '"ddh", "x*", "fphm"', "evidence.names.4: would show patient_name"),
        ('"原受理号", "受理号"', '"姓名", "受理号"', "evidence.labels.2: would show patient_name"),
        (
            "echoes_reference = true",
            "echoes_reference = false",
            "line 159: listing.echoes_reference: match names our reference",
        ),
        (
            'match = { claim_no = "{claim_no}", version = "{version}" }',
            'match = { billed = "{total}" }',
            "line 156: listing.match: does not name our reference",
        ),
        (
            '  { compare = "attachment" },',
            '  { compare = "attachment" },\n  { hook = "unknown", page = "attachment" },',
            "line 17: submit.7: no hook is called unknown; there are: known",
        ),
        ('button = "search"', 'button = "find"', "listing.page: page claims has no button find"),
        ('add = "add_row"', 'add = "more"', "pages.lines.rows.add: page lines has no button more"),
        (
            'billed = "total" }',
            'amount = "total" }',
            "line 138: receipt.match.amount: page receipt tells no amount",
        ),
        (
            'order_no = "订单号"',
            'order = "订单号"',
            "pages.attachment.pairs.values.order: is compared",
        ),
        ('"已撤销" = "reversed"', '"已撤销" = "denied"', "statuses: no word means reversed"),
        (
            "lag_minutes = 90",
            "lag_minutes = 0",
            "line 157: listing.lag_minutes: 0 s are less than the 30 s of one answer",
        ),
        (
            "answer_wait_s = 30.0",
            "answer_wait_s = 5401.0",
            "line 157: listing.lag_minutes: 5400 s are less than the 5401 s of one answer",
        ),
        (
            'fields = ["claim_no"]',
            "needs_search = true",
            "line 155: listing.needs_search: it shows nothing without a search",
        ),
    ],
)
def test_a_contradiction_is_a_fault_with_its_line(
    tmp_path: Path, said: str, instead: str, fault: str
) -> None:
    found = checked_with(tmp_path, said, instead)
    assert not found.is_usable
    told = [str(one) for one in found.findings if one.weight == "fault"]
    assert any(fault in one for one in told), told


@pytest.mark.parametrize(
    ("said", "instead", "doubt"),
    [
        ('maintenance = [{ css = "h2.page", text = "系统维护中" }]\n', "", "for maintenance"),
        ("format = 2", "format = 2", "line 27: marks: no sign is known for captcha"),
    ],
)
def test_a_doubt_is_said_and_keeps_nobody_from_using_the_portal(
    tmp_path: Path, said: str, instead: str, doubt: str
) -> None:
    found = checked_with(tmp_path, said, instead)
    assert found.is_usable
    assert any(doubt in str(one) for one in found.findings)


def test_a_list_may_be_believed_as_soon_as_no_answer_can_be_under_way(tmp_path: Path) -> None:
    assert checked_with(tmp_path, "answer_wait_s = 30.0", "answer_wait_s = 5400.0").is_usable


@pytest.mark.parametrize(("answer_wait_s", "is_usable"), [("5395.0", True), ("5396.0", False)])
def test_the_wait_for_a_ticket_counts_as_well(
    tmp_path: Path, answer_wait_s: str, is_usable: bool
) -> None:
    instead = f"answer_wait_s = {answer_wait_s}"
    found = checked_with(tmp_path, "answer_wait_s = 30.0", instead, ASYNCHRONOUS)
    assert found.is_usable is is_usable


def test_tickets_that_nobody_could_find_again_are_a_doubt(tmp_path: Path) -> None:
    matched = 'match = { claim_no = "{claim_no}" }\n'
    found = checked_with(tmp_path, matched, "", ASYNCHRONOUS)
    (told,) = [str(one) for one in found.findings if "ticket" in str(one)]
    assert told.startswith("line 207: progress: no match: a ticket whose number was lost")
    text = ASYNCHRONOUS.read_text(encoding="utf-8")
    progress = text[text.index("[progress]") : text.index("[pages.progress]")]
    found = checked_with(tmp_path, progress, "", ASYNCHRONOUS)
    assert any("commit.acceptance: no [progress]" in str(one) for one in found.findings)
    assert found.is_usable


def test_tickets_are_told_apart_by_our_reference_or_not_at_all(tmp_path: Path) -> None:
    said, instead = 'match = { claim_no = "{claim_no}" }', 'match = { state = "{order_no}" }'
    found = checked_with(tmp_path, said, instead, ASYNCHRONOUS)
    assert not found.is_usable
    assert any("tickets of others would be ours" in str(one) for one in found.findings)


def test_a_file_that_cannot_be_read_has_its_faults_and_no_definition(tmp_path: Path) -> None:
    found = checked_with(tmp_path, 'to = "attachment" },', 'to = "annex" },')
    assert found.definition is None
    assert [str(one) for one in found.findings] == ["line 15: submit.5: there is no page annex"]


def test_every_element_of_a_file_has_its_own_line() -> None:
    text = """# a comment
top = 1
"quoted key" = { inner = 1 }
dotted.key = 2
walk = [  # with a comment
  { open = "a" },
  # another comment
  { press = "b",
    page = "a" },
]
[pages.a]
path = '''
more than one line
[not.a.table]
'''
[[writes]]
path = "x"
[[writes]]
path = "y"
[writes.fields]
z = "1"
"""
    lines = lines_of(text)
    assert lines[("top",)] == 2
    assert lines[("quoted key", "inner")] == 3
    assert lines[("dotted", "key")] == 4
    assert lines[("walk", "0", "open")] == 6
    assert lines[("walk", "1")] == 8
    assert lines[("pages", "a", "path")] == 12
    assert ("not", "a", "table") not in lines
    assert lines[("writes", "0", "path")] == 17
    assert lines[("writes", "1")] == 18
    assert lines[("writes", "1", "fields", "z")] == 21
    assert line_at(lines, ("walk", "1", "to")) == 8
    assert line_at(lines, ("nothing",)) == 0
