"""What was sent to a portal: kept with everything, shown without what may name a person."""

from __future__ import annotations

import pytest

from domain.exchange import MASK, Entry, Exchange, read, shown, written

SAID = Exchange(
    line="POST http://127.0.0.1:18105/claims",
    headers=(("content-type", "text/plain"),),
    entries=(Entry("sbdh", "CL-1", is_masked=False), Entry("xm", "张三", is_masked=True)),
    body="xm=张三",
    size=9,
    sha256="ab" * 32,
)


def test_an_exchange_comes_back_as_it_was_kept() -> None:
    assert read(written(SAID)) == SAID


def test_what_is_masked_and_the_body_are_not_shown() -> None:
    told = shown(SAID)
    assert told == (
        "POST http://127.0.0.1:18105/claims\ncontent-type: text/plain\n\n"
        f"sbdh = CL-1\nxm = {MASK}\n\n9 B, SHA-256 abababababababab…"
    )
    assert "张三" not in repr(SAID)


def test_an_answer_without_a_body_is_a_line() -> None:
    assert shown(Exchange("303 /claims")) == "303 /claims"


@pytest.mark.parametrize(
    "kept", [b"", b"\x89PNG", b"[]", b"{}", b"null", b'{"line": "x"}', written(SAID)[:-9]]
)
def test_what_is_no_exchange_is_seen(kept: bytes) -> None:
    assert read(kept) is None
