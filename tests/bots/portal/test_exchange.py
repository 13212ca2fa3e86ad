"""The commit as evidence: no key to a session is kept, and what may name a person is masked."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote

import pytest

from bots.portal.definition.access import EvidenceRule
from bots.portal.exchange import BODY_LIMIT, answered, asked, sent, without_values
from bots.portal.guard.request import Answer, Wire, WriteRequest, told_by_latch
from domain.exchange import Entry, Exchange, shown

NAME, MEMBER_NO = "张三", "M-0001"
RULE = EvidenceRule(names=("claimNo", "amount_*", "note"))
FORM = "application/x-www-form-urlencoded"


def told(text: str, content_type: str = "application/json") -> WriteRequest:
    """A request as the latch tells it."""
    address = "http://127.0.0.1/api;jsessionid=K7?sid=K7&op=save"
    return told_by_latch(
        {"kind": "fetch", "method": "POST", "url": address, "type": content_type, "text": text}
    )


def kept(request: WriteRequest) -> Exchange:
    return asked(request, RULE, (NAME, MEMBER_NO))


def test_a_field_is_shown_when_the_definition_lets_its_input_be_seen() -> None:
    form = f"claimNo=CL-1&amount_1=360.00&patient={quote(NAME)}&note=for+{MEMBER_NO}&note=plain"
    assert kept(told(form, FORM)).entries == (
        Entry("claimNo", "CL-1", is_masked=False),
        Entry("amount_1", "360.00", is_masked=False),
        Entry("patient", NAME, is_masked=True),
        Entry("note", f"for {MEMBER_NO}", is_masked=True),
        Entry("note", "plain", is_masked=False),
    )


def test_the_leaves_of_a_json_text_are_masked_alike() -> None:
    text = f'{{"do": {{"claimNo": "CL-1", "who": "{NAME}", "lines": [{{"amount_1": 360}}]}}}}'
    assert kept(told(text)).entries == (
        Entry("do.claimNo", "CL-1", is_masked=False),
        Entry("do.who", NAME, is_masked=True),
        Entry("do.lines.0.amount_1", "360", is_masked=False),
    )


def test_a_text_that_is_neither_is_kept_and_not_shown() -> None:
    exchange = kept(told(f"<claim>{NAME}</claim>", "text/xml"))
    assert (exchange.entries, exchange.body) == ((), f"<claim>{NAME}</claim>")
    assert NAME not in shown(exchange)


def test_an_address_is_kept_without_what_may_be_a_key() -> None:
    assert kept(told("{}")).line == "POST http://127.0.0.1/api?sid=…&op=…"
    assert without_values("https://hk:pw@portal.example/a;s=1/b#K7") == "https://portal.example/a/b"


@pytest.mark.parametrize("name", ["csrf_token", "__VIEWSTATE", "_Session", "oldPassword"])
def test_a_key_to_the_session_is_not_even_kept(name: str) -> None:
    assert kept(told(f"{name}=K7&claimNo=CL-1", FORM)).entries == (
        Entry(name, "", is_masked=True),
        Entry("claimNo", "CL-1", is_masked=False),
    )
    for body in (
        f"claimNo=CL-1&{name}=K7",
        f"{name}=K7&claimNo=CL-1",
        f'{{"{name}": "K7", "claimNo": "CL-1"}}',
        f'<input type="hidden" name="{name}" value="K7">CL-1',
        f'<input value="K7" id="x" name="{name}">CL-1',
    ):
        exchange = sent(Wire("POST", "http://127.0.0.1/", {"content-type": FORM}, body.encode()))
        assert "K7" not in exchange.body
        assert "CL-1" in exchange.body
        assert exchange.sha256 == sha256(body.encode()).hexdigest()


def test_of_the_headers_only_a_closed_list_is_kept() -> None:
    headers = {"cookie": "K7", "authorization": "K7", "content-type": FORM, "x-csrf-token": "K7"}
    assert sent(Wire("POST", "http://127.0.0.1/", headers, b"")).headers == (
        ("content-type", FORM),
    )
    answer = {"set-cookie": "K7", "date": "Mon", "location": "/claims/R-7?who=K7"}
    back = answered(Answer(303, answer, b""))
    assert (back.line, back.headers) == ("303 /claims/R-7", (("date", "Mon"),))


def test_of_a_form_with_files_the_measure_is_kept() -> None:
    body = b"--x\r\n" + b"docx" * 10
    exchange = sent(Wire("POST", "http://a/", {"content-type": "multipart/form-data; b=x"}, body))
    assert (exchange.body, exchange.size) == ("", 45)
    assert exchange.sha256 == sha256(body).hexdigest()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html; charset=gbk", NAME.encode("gbk")),
        ("text/html", NAME.encode("gb18030")),
        ("text/html; charset=no-such", NAME.encode()),
        ("", NAME.encode()),
    ],
)
def test_a_body_is_read_in_the_encoding_that_fits(content_type: str, body: bytes) -> None:
    assert answered(Answer(200, {"content-type": content_type}, body)).body == NAME


def test_a_body_is_kept_up_to_its_limit_and_its_digest_is_that_of_the_whole() -> None:
    whole, longer = b"a" * BODY_LIMIT, b"a" * (BODY_LIMIT + 1)
    assert len(answered(Answer(200, {}, whole)).body) == 65_536
    cut = answered(Answer(200, {}, longer))
    assert (len(cut.body), cut.size) == (65_536, 65_537)
    assert cut.sha256 == sha256(longer).hexdigest()
