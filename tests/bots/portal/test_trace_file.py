"""What is cut out of a trace before it is kept, in every spelling that a page may use."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from bots.portal.trace_file import without_secrets

NAME = "测试甲 001"


def trace(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def cut(*secrets: str, **files: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(without_secrets(trace(**files), secrets))) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


@pytest.mark.parametrize(
    "spelled",
    [
        NAME.encode(),
        NAME.encode("gb18030"),
        b"%E6%B5%8B%E8%AF%95%E7%94%B2%20001",
        b"%E6%B5%8B%E8%AF%95%E7%94%B2+001",
        b"%b2%e2%ca%d4%bc%d7+001",
        rb"\u6d4b\u8bd5\u7532 001",
    ],
)
def test_a_name_is_cut_however_it_is_spelled(spelled: bytes) -> None:
    told = cut(NAME, resources__page_html=b"<td>" + spelled + b"</td>")
    assert told == {"resources/page.html": b"<td>***</td>"}


def test_of_two_secrets_the_longer_is_cut_whole() -> None:
    assert cut("M-1", "M-12", a_html=b"M-12 M-1") == {"a.html": b"*** ***"}


def test_without_secrets_a_page_stays_what_it_is() -> None:
    assert cut("", a_html=b"M-12") == {"a.html": b"M-12"}


def test_keys_and_what_was_posted_are_cut_out_of_the_requests() -> None:
    headers = [{"name": "Cookie", "value": "K"}, {"name": "Accept", "value": "*/*"}]
    request = {
        "url": "/claims",
        "cookies": [{"name": "id", "value": "K"}],
        "headers": headers,
        "postData": {"mimeType": "x", "_file": "resources/posted.dat"},
    }
    answer = {"cookies": [{"value": "K"}], "headers": [{"name": "SET-COOKIE", "value": "K"}]}
    line = json.dumps({"type": "resource", "snapshot": {"request": request, "response": answer}})
    told = cut(trace_network=line.encode(), resources__posted_dat=b"xm=K", resources__a_css=b"p")
    assert sorted(told) == ["resources/a.css", "trace.network"]
    assert json.loads(told["trace.network"])["snapshot"] == {
        "request": {"url": "/claims", "cookies": [], "headers": [headers[1]]},
        "response": {"cookies": [], "headers": []},
    }


def test_the_files_that_a_form_was_given_are_cut_out_of_what_was_done() -> None:
    payload = {"name": "dossier.pdf", "buffer": "JVBERg=="}
    line = json.dumps({"type": "before", "params": {"payloads": [payload]}})
    told = json.loads(cut(trace_trace=line.encode())["trace.trace"])
    assert told["params"] == {"payloads": [{"name": "dossier.pdf", "buffer": ""}]}
