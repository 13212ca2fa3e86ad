"""What else a portal takes is checked like the claim's own form, and none is sent for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.portal.definition import DefinitionUnreadable, NoSuchForm, load
from bots.portal.guard import WriteRequest
from tests.bots.portal.samples import DEFINITION
from tests.bots.portal.test_checking import checked_with

COMMIT = 'path = "/appeals/new", fields = { slh = ".+", sbdh = ".+" }'


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        (
            'claim_receipt = "{claim_receipt}", version',
            'claim_receipt = "{invoice_no}", version',
            "forms.appeal.listing.match.claim_receipt: nothing is called {invoice_no} here",
        ),
        (
            'statement = { anchors = { label = "申诉理由"',
            'because = { anchors = { label = "申诉理由"',
            "pages.appeal.fields.because: nothing is called {because} here",
        ),
        (
            'match = { claim_receipt = "claim_receipt", claim_no',
            'match = { claim_receipt = "order_no", claim_no',
            "forms.appeal.receipt.match.claim_receipt: nothing that we hand in is called order_no",
        ),
        ('"维持拒付" = "denied"', '"维持拒付" = "lost"', "forms.appeal.statuses.维持拒付: lost is"),
        (
            'button = "submit"\nrequest = { method = "POST", path = "/appeals/new"',
            'button = "send"\nrequest = { method = "POST", path = "/appeals/new"',
            "forms.appeal.commit.button: page appeal has no button send",
        ),
        (
            COMMIT,
            'path = "/claims/new/submit"',
            "forms.appeal.commit.request: fits the commit of claim, too",
        ),
        (COMMIT, 'path = "/login"', "writes.0: fits the commit"),
        ('"slh", "sslb",', '"slh", "ssly",', "would show statement"),
        (
            'match = { claim_receipt = "{claim_receipt}", version = "{version}" }',
            'match = { version = "{version}" }',
            "forms.appeal.listing.match: does not name our reference",
        ),
    ],
)
def test_a_fault_of_a_form_is_told_with_its_place(
    tmp_path: Path, said: str, instead: str, fault: str
) -> None:
    found = checked_with(tmp_path, said, instead)
    told = [str(one) for one in found.findings if one.weight == "fault"]
    (first,) = [one for one in told if fault in one]
    assert first.startswith("line ")
    assert not found.is_usable


@pytest.mark.parametrize(
    ("said", "instead", "fault"),
    [
        ('{ open = "appeal" }', '{ open = "appeals_form" }', "forms.appeal.submit.0: there is no"),
        (
            'page = "appeal_receipt"',
            'page = "paper"',
            "forms.appeal.receipt.page: there is no page",
        ),
        ('receipt = "申诉编号"\nclaim', "claim", "forms.appeal.listing.page: its table has no"),
        ("[forms.appeal]", "[forms.complaint]", "Input should be 'appeal' or 'clearing'"),
    ],
)
def test_a_form_that_names_what_is_not_there_is_not_read(
    tmp_path: Path, said: str, instead: str, fault: str
) -> None:
    text = DEFINITION.read_text(encoding="utf-8")
    assert said in text
    file = tmp_path / "portal.toml"
    file.write_text(text.replace(said, instead), encoding="utf-8")
    with pytest.raises(DefinitionUnreadable) as refused:
        load(file, url="http://127.0.0.1:1")
    assert fault in str(refused.value)


def test_in_a_run_for_one_thing_the_request_of_another_is_no_known_write() -> None:
    whole = load(DEFINITION, url="http://127.0.0.1:1")
    appeal = whole.of("appeal")
    typed = (("slh", "B20260105000001"), ("sbdh", "CL-2026-0001-1"))
    for path, form in (("/appeals/new", appeal), ("/claims/new/submit", whole)):
        request = WriteRequest("POST", f"http://127.0.0.1:1{path}", "form", typed, "", "d")
        assert [one.form for one in (whole, appeal) if one.commit.request.fits(request)] == [
            form.form
        ]
        assert not any(rule.fits(request) for one in (whole, appeal) for rule in one.writes)


def test_a_portal_without_a_form_says_so() -> None:
    whole = load(DEFINITION.parents[1] / "PC" / "portal.toml", url="http://127.0.0.1:1")
    with pytest.raises(NoSuchForm, match="no form for clearing"):
        whole.of("clearing")
