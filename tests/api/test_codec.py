"""The codec server: who sees clear text, from which page, and what is written down about it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from google.protobuf import json_format
from httpx import AsyncClient, Response
from temporalio.api.common.v1 import Payload, Payloads

from api.options import ApiOptions
from engine.codec import EncryptionCodec
from store import audit
from store.database import Database
from tests.api.office import KEY, Office, open_office, settings_in

UI = "http://127.0.0.1:8233"
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"CLEAR-CANARY"')


async def sealed() -> str:
    payloads = await EncryptionCodec({"k1": KEY}).encode([CLEAR])
    return json_format.MessageToJson(Payloads(payloads=payloads))


async def decode(client: AsyncClient, body: str | None = None) -> Response:
    return await client.post(
        "/codec/decode?preserveStorageRefs=true",
        content=body if body is not None else await sealed(),
        headers={"content-type": "application/json", "x-namespace": "default"},
    )


def closed_office(folder: Path, database: Database) -> Office:
    return open_office(folder, database, options=ApiOptions(codec_open_on_loopback=False))


async def test_the_ui_on_this_machine_sees_clear_text(office: Office) -> None:
    async with office.visitor(origin=UI) as ui:
        answer = await decode(ui)
    assert answer.status_code == 200
    (payload,) = json_format.Parse(answer.text, Payloads()).payloads
    assert payload == CLEAR
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"


async def test_what_is_encoded_can_be_decoded_and_is_not_clear(office: Office) -> None:
    body = json_format.MessageToJson(Payloads(payloads=[CLEAR]))
    async with office.visitor(origin=UI) as ui:
        encoded = await ui.post("/codec/encode", content=body)
        decoded = await decode(ui, encoded.text)
    assert "CLEAR-CANARY" not in encoded.text
    assert base64.b64encode(CLEAR.data).decode() not in encoded.text
    assert json_format.Parse(decoded.text, Payloads()).payloads[0] == CLEAR


@pytest.mark.parametrize("what", ["decode", "encode"])
async def test_a_page_of_another_site_gets_nothing(office: Office, what: str) -> None:
    for origin in (
        "http://evil.example",
        "null",
        "http://127.0.0.1:9999",
        "https://127.0.0.1:8233",
    ):
        async with office.browser("fin-wang") as browser:
            answer = await browser.post(
                f"/codec/{what}", content=await sealed(), headers={"origin": origin}
            )
            asked = await browser.options(f"/codec/{what}", headers={"origin": origin})
        assert (answer.status_code, asked.status_code) == (403, 403), origin
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [UI, "http://localhost:8233"])
async def test_the_preflight_of_the_ui_is_answered(office: Office, origin: str) -> None:
    async with office.visitor(origin=origin) as ui:
        answer = await ui.options(
            "/codec/decode",
            headers={
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type,x-namespace",
            },
        )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert "x-namespace" in answer.headers["access-control-allow-headers"]


async def test_without_the_loopback_setting_only_people_who_logged_in_see_clear_text(
    tmp_path: Path, furnished_anew: Database
) -> None:
    office = closed_office(tmp_path, furnished_anew)
    async with office.visitor(origin=UI) as stranger:
        refused = await decode(stranger)
    async with office.visitor(origin=UI) as browser:
        browser.cookies.set("huikuan_session", office.token("audit-he"))
        by_cookie = await decode(browser)
    async with office.program("fin-wang") as program:
        by_token = await decode(program)
    assert refused.status_code == 401
    assert refused.json()["type"] == "urn:huikuan:problem:codec-closed"
    assert refused.headers["access-control-allow-origin"] == UI
    assert (by_cookie.status_code, by_token.status_code) == (200, 200)
    office.database.dispose()


async def test_being_open_on_loopback_opens_nothing_to_another_machine(office: Office) -> None:
    async with office.visitor(host="10.0.0.7", origin=UI) as stranger:
        assert (await decode(stranger)).status_code == 401
    async with office.visitor(origin=UI, x_forwarded_for="10.0.0.7") as behind_a_proxy:
        assert (await decode(behind_a_proxy)).status_code == 401


@pytest.mark.parametrize(
    ("host", "setting", "is_open"),
    [
        ("127.0.0.1", None, True),
        ("0.0.0.0", None, False),
        ("0.0.0.0", True, True),
        ("127.0.0.1", False, False),
    ],
)
def test_the_codec_is_open_by_default_only_while_the_api_is_on_loopback(
    tmp_path: Path, host: str, setting: bool | None, is_open: bool
) -> None:
    settings = settings_in(tmp_path, api_host=host)
    options = ApiOptions(codec_open_on_loopback=setting)
    assert options.codec_is_open(settings) is is_open


async def test_each_caller_is_written_down_once_an_hour(office: Office) -> None:
    async with office.visitor(origin=UI) as ui, office.program("fin-wang") as program:
        for _ in range(3):
            await decode(ui)
            await decode(program)
    with office.database.reading() as s:
        entries = audit.audit_of(s, "temporal-history")
    assert sorted((e.actor, e.action, e.detail) for e in entries) == [
        ("fin-wang", "codec-used", "no browser"),
        ("loopback", "codec-used", UI),
    ]


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("not json", "bad-input"),
        ('{"payloads": [{"metadata": {"encoding": "%s"}, "data": "AAAA"}]}', "payload-not-ours"),
    ],
)
async def test_what_cannot_be_opened_is_refused_plainly(
    office: Office, body: str, slug: str
) -> None:
    encoding = base64.b64encode(b"binary/encrypted").decode()
    async with office.visitor(origin=UI) as ui:
        answer = await decode(ui, body.replace("%s", encoding))
    assert (answer.status_code, answer.json()["type"]) == (400, f"urn:huikuan:problem:{slug}")
    assert answer.headers["access-control-allow-origin"] == UI
