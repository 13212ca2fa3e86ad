"""Messages made to harm: entities, doubled elements, replayed answers, bills that fill a disk."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http import AnswerUnreadable
from connectors.pay_channels.bills import unpacked
from connectors.pay_channels.building import channel_at
from connectors.pay_channels.interface import NotGenuine
from connectors.pay_channels.listening import Heard
from connectors.pay_channels.wires import flat, nested
from connectors.pay_channels.xml_hmac import NotThisXml, one_level
from engine.pay_channel_calls import BillCall
from tests.connectors.paying import Desk, desk_of

ENTITY = b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><out_trade_no>&a;</out_trade_no></xml>'
OUTSIDE = b'<!DOCTYPE xml SYSTEM "file:///etc/hostname"><xml><a>1</a></xml>'


@pytest.mark.parametrize(
    "document",
    [
        ENTITY,
        OUTSIDE,
        b"<xml><a>1</a><a>2</a></xml>",
        b"<xml><a><b>1</b></a></xml>",
        b"<other><a>1</a></other>",
        b"<xml><a>1</a>",
        b"\xff\xfe",
        b"",
    ],
)
def test_an_xml_document_that_could_mean_two_things_is_refused(document: bytes) -> None:
    with pytest.raises(NotThisXml):
        one_level(document, "xml")


def test_a_plain_document_is_read_whole() -> None:
    document = "<xml><a>1</a><b><![CDATA[二 & <三>]]></b><c/></xml>".encode()

    assert one_level(document, "xml") == {"a": "1", "b": "二 & <三>", "c": ""}


@pytest.fixture
def json_desk(
    tmp_path: Path, acquirer_keys: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    with desk_of("pay_json", tmp_path, acquirer_keys, monkeypatch) as desk:
        yield desk


def test_a_genuine_notice_to_another_merchant_is_not_ours(json_desk: Desk) -> None:
    json_desk.paid()
    json_desk.acquirer.post("/_sandbox/flush", {}, 200)
    ((_, headers, body),) = json_desk.receiver.letters
    place = json_desk.file.sandbox.model_copy(update={"merchant": "TEST-OTHER"})
    heard: list[Heard] = []
    other, close = channel_at(json_desk.file, place, listener=heard.append)

    with pytest.raises(NotGenuine, match="merchant"):
        other.notice(headers, body)
    assert [(one.outcome, one.word) for one in heard] == [("not_genuine", "merchant")]
    close()


def test_an_answer_about_another_payment_is_not_used(json_desk: Desk) -> None:
    json_desk.paid()
    path = json_desk.file.calls.query.model_copy(update={"path": "/v3/pay/by-number/P-2026-0001"})
    calls = json_desk.file.calls.model_copy(update={"query": path})
    file = json_desk.file.model_copy(update={"calls": calls})
    channel, close = channel_at(file, file.sandbox)

    with pytest.raises(AnswerUnreadable, match="another payment"):
        channel.query("P-2026-0002")
    close()


GZIP = BillCall(link="url", unpack="gzip")
ZIP = BillCall(link="url", unpack="zip", member="明细")


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"1,2\n")
    return packed.getvalue()


def test_a_bill_is_unpacked_and_compared_with_the_digest_that_was_told() -> None:
    sha1 = "5b0a0cd9eb3ab5d1a3cd8f4f8c5ee4fda0d7a08a"

    assert unpacked("c", GZIP, gzipped(b"1,2\n")) == b"1,2\n"
    assert unpacked("c", ZIP, zipped("a_明细.csv", "a_汇总.csv")) == b"1,2\n"
    with pytest.raises(AnswerUnreadable, match="digest"):
        unpacked("c", GZIP, gzipped(b"1,2\n"), sha1=sha1)


@pytest.mark.parametrize(
    ("call", "packed"),
    [
        (GZIP, b"no gzip at all"),
        (GZIP, gzipped(b"1,2\n" * 50)[:-9]),
        (ZIP, b"no zip at all"),
        (ZIP, zipped("other.csv")),
        (ZIP, zipped("a_明细.csv", "b_明细.csv")),
    ],
    ids=["no gzip", "cut gzip", "no zip", "another file", "two files"],
)
def test_a_damaged_bill_and_one_with_several_files_are_refused(
    call: BillCall, packed: bytes
) -> None:
    with pytest.raises(AnswerUnreadable):
        unpacked("c", call, packed)


def test_a_bill_that_unpacks_to_more_than_the_bound_is_refused() -> None:
    inside, beyond = b"x" * 100, b"x" * 101

    assert unpacked("c", GZIP, gzipped(inside), most_bytes=100) == inside
    with pytest.raises(AnswerUnreadable, match="more than 100 bytes"):
        unpacked("c", GZIP, gzipped(beyond), most_bytes=100)


def test_places_of_an_answer_are_flat_and_those_of_a_request_nested() -> None:
    assert flat({"a": {"b": 1, "c": None}, "d": [{"e": "x"}]}) == {"a.b": "1", "d.0.e": "x"}
    assert nested({"a.b": 1, "a.c": "2", "d": 3}) == {"a": {"b": 1, "c": "2"}, "d": 3}
