"""The latch and the network tell of the same request: same fields, same digest."""

from __future__ import annotations

import pytest

from bots.portal.guard.request import WriteRequest, told_by_latch, told_by_network

URL = "http://portal.example/claims/submit?step=3"
FORM = "application/x-www-form-urlencoded"


def latched(**changes: object) -> WriteRequest:
    told = {"kind": "form", "method": "post", "url": URL, "type": FORM, "text": ""}
    return told_by_latch({**told, **changes})


def networked(content_type: str, body: bytes, url: str = URL) -> list[WriteRequest]:
    return told_by_network("POST", url, "document", content_type, body)


@pytest.mark.parametrize("body", [b"name=%E6%A8%A1&a=1", b"name=%C4%A3&a=1"])
def test_a_form_is_known_again_in_both_encodings(body: bytes) -> None:
    """C4 A3 is one Chinese character in GB18030, and another letter in UTF-8."""
    told = latched(type="multipart/form-data", fields=[["name", "模"], ["a", "1"]])
    assert told.fields == (("name", "模"), ("a", "1"))
    assert told.digest in {one.digest for one in networked(FORM, body)}


def test_the_likelier_encoding_comes_first() -> None:
    utf8, _ = networked(FORM, b"name=%E6%B5%8B%E8%AF%95")
    chinese, _ = networked(FORM, b"name=%B2%E2%CA%D4")
    assert (utf8.fields, chinese.fields) == ((("name", "测试"),), (("name", "测试"),))


def test_line_ends_and_numbers_of_characters_make_no_difference() -> None:
    told = latched(fields=[["note", "一\n\U0001f600"]])
    sent = networked(FORM, b"note=%E4%B8%80%0D%0A%26%23128512%3B")[0]
    assert sent.fields == (("note", "一\r\n&#128512;"),)
    assert told.digest == sent.digest


def test_a_file_counts_as_its_name_and_size() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="claim"\r\n\r\nCL-1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="paper"; filename="a%22b.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n%PDF\r\n--y\r\n--x--\r\n"
    )
    sent = networked("multipart/form-data; boundary=x", body)[0]
    assert sent.fields == (("claim", "CL-1"), ("paper", 'a"b.pdf 9'))
    told = latched(fields=[["claim", "CL-1"], ["paper", 'a"b.pdf', 9]])
    assert (told.fields, told.digest) == (sent.fields, sent.digest)


def test_a_file_that_was_not_chosen_has_no_size() -> None:
    assert latched(fields=[["paper", "", 0]]).fields == (("paper", ""),)


def test_what_is_no_form_is_text() -> None:
    told = latched(kind="fetch", type="application/json", text='{"claim": "测"}')
    sent = networked("application/json", '{"claim": "测"}'.encode())[0]
    assert (told.fields, told.text, told.kind) == ((), '{"claim": "测"}', "fetch")
    assert told.digest == sent.digest


@pytest.mark.parametrize(
    "other",
    [
        {"url": "http://portal.example/claims/submit?step=4"},
        {"url": "http://other.example/claims/submit?step=3"},
        {"method": "PUT"},
        {"fields": [["a", "2"]]},
        {"fields": [["a", "1"], ["a", "1"]]},
        {"fields": None, "text": "", "type": "text/plain"},
    ],
)
def test_a_difference_shows_in_the_digest(other: dict[str, object]) -> None:
    one = latched(fields=[["a", "1"]])
    assert one.digest != latched(**{"fields": [["a", "1"]], **other}).digest


def test_what_stays_in_the_page_makes_no_difference() -> None:
    """The part behind # is never sent; `_charset_` the browser fills in while sending."""
    told = latched(url=f"{URL}#top", fields=[["a", "1"], ["_charset_", "UTF-8"]])
    sent = networked(FORM, b"a=1&_charset_=gb18030")[0]
    assert (told.digest, told.path) == (sent.digest, "/claims/submit")
