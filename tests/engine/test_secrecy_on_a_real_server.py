"""What stands in Temporal's history, read raw from a real server, as an intruder would."""

from __future__ import annotations

import asyncio
import base64
import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.client import Client, WorkflowFailureError
from temporalio.client import WorkflowUpdateFailedError as UpdateFailed
from temporalio.exceptions import ActivityError, ApplicationError

from engine.codec import ENCODING
from engine.converter import codec_of
from engine.dev_server import RunningServer
from engine.settings import Settings
from engine.wake import deliver
from tests.engine.talkative import (
    ASCII_CANARY,
    CANARY,
    NAMED,
    Asked,
    begun,
    working,
)

pytestmark = pytest.mark.slow


async def raw_history(client: Client, workflow_id: str) -> str:
    """The history as the server keeps it, with every payload's bytes unpacked from base64."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    text = history.to_json()
    return text + "".join(_bytes_within(json.loads(text)))


def _bytes_within(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [base64.b64decode(node["data"]).decode("utf-8", "replace")] if "data" in node else []
        return own + [text for value in node.values() for text in _bytes_within(value)]
    return [t for value in node for t in _bytes_within(value)] if isinstance(node, list) else []


def says_a_name(text: str) -> bool:
    return CANARY in text or ASCII_CANARY in text or json.dumps(CANARY)[1:-1] in text


async def test_a_name_in_input_result_and_texts_is_nowhere_in_the_history(client: Client) -> None:
    async with working(client):
        handle = await begun(client, "waits", Asked(order_no="waits"))
        assert await deliver(client, "waits-1", "look", "DC-7") == "delivered"
        assert await handle.result() == f"DC-7 {CANARY}"

    history = await raw_history(client, "waits-1")

    assert not says_a_name(history)
    assert "encryption-key-id" in history
    description = await handle.describe()
    assert await description.static_summary() == CANARY


async def test_a_named_error_stays_readable_and_its_details_do_not(client: Client) -> None:
    async with working(client):
        handle = await begun(client, "named", Asked(order_no="named"))
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()

    history = await raw_history(client, "named-1")

    assert NAMED in history
    assert not says_a_name(history)
    assert "talkative.py" not in history
    effect = failed.value.cause
    assert isinstance(effect, ActivityError)
    assert isinstance(effect.cause, ApplicationError)
    assert (effect.cause.message, effect.cause.details) == (NAMED, (CANARY,))


async def test_an_error_that_nobody_named_is_encoded_and_opens_with_the_key(
    client: Client,
) -> None:
    async with working(client):
        handle = await begun(client, "stumbles", Asked(order_no="stumbles"))
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()

    history = await raw_history(client, "stumbles-1")

    assert not says_a_name(history)
    assert "Encoded failure" in history
    effect = failed.value.cause
    assert isinstance(effect, ActivityError)
    assert isinstance(effect.cause, ApplicationError)
    assert effect.cause.message == f"unexpected, with {CANARY}"


async def test_wrong_input_is_refused_with_the_fields_name_and_not_its_value(
    client: Client,
) -> None:
    async with working(client):
        handle = await begun(client, "wrong", {"order": CANARY})
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()

    history = await raw_history(client, "wrong-1")

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == "order_no: Field required"
    assert "order_no: Field required" in history
    assert not says_a_name(history)


async def test_a_refused_update_says_a_named_reason_and_hides_every_other(client: Client) -> None:
    async with working(client):
        handle = await begun(client, "refusing", Asked(order_no="waits"))
        with pytest.raises(UpdateFailed) as hidden:
            await handle.execute_update("look_now", "DC-0")
        with pytest.raises(UpdateFailed) as named:
            await handle.execute_update("look_now", "DC-1")
        await handle.cancel()

    assert isinstance(named.value.cause, ApplicationError)
    assert named.value.cause.failure is not None
    assert named.value.cause.failure.message == "DC-1 is closed."
    # Our own client holds the key, so it reads both; a client without it reads only the second.
    assert isinstance(hidden.value.cause, ApplicationError)
    assert hidden.value.cause.message == f"DC-0 is no decision, says {CANARY}"


async def test_no_name_is_in_the_servers_own_files(
    client: Client, server: RunningServer, tmp_path: Path
) -> None:
    async with working(client):
        handle = await begun(client, "filed", Asked(order_no="waits"))
        await deliver(client, "filed-1", "look", "DC-7")
        await handle.result()

    assert server.server.database is not None
    files = list(server.server.database.parent.iterdir())
    assert {file.name for file in files} >= {"temporal.sqlite", "server.log"}
    for file in files:
        content = file.read_bytes()
        assert CANARY.encode() not in content, file.name
        assert ASCII_CANARY.encode() not in content, file.name


async def test_the_ui_gets_a_payload_opened_in_the_shape_it_asks(
    client: Client, settings: Settings
) -> None:
    """The UI posts JSON of `Payloads`, with base64 data, and shows what comes back."""
    codec = codec_of(settings)
    sealed = await codec.encode([Payload(metadata={"encoding": b"json/plain"}, data=b'"SO-1"')])
    posted = json_format.MessageToJson(Payloads(payloads=sealed))

    asked = json_format.Parse(posted, Payloads(), ignore_unknown_fields=True)
    opened = Payloads(payloads=await codec.decode(asked.payloads))
    answer = json.loads(json_format.MessageToJson(opened))

    assert sealed[0].metadata["encoding"] == ENCODING
    assert answer == {
        "payloads": [
            {
                "metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
                "data": base64.b64encode(b'"SO-1"').decode(),
            }
        ]
    }


async def test_the_ui_is_told_where_to_have_texts_opened(
    client: Client, server: RunningServer
) -> None:
    url = f"http://127.0.0.1:{server.server.ui_port}/api/v1/settings"

    def asked() -> dict[str, Any]:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return dict(json.load(answer))

    told = await asyncio.to_thread(asked)

    assert told["Codec"]["Endpoint"] == "http://127.0.0.1:18090/codec"
    assert told["DisableNewsFetch"] is True
