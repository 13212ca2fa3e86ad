"""Workflow ids, the server's command line, and what a failure says to people."""

from __future__ import annotations

import socket
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ValidationError
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError

from engine import ids
from engine.client import TemporalNotReachable, connect
from engine.dev_server import DevServer, DevServerDidNotStart, explained
from engine.failures import ENCODED, ReadableFailureConverter, bad_input, readable
from engine.healthy import queues_behind
from engine.search_attributes import TYPES
from engine.settings import Settings

PAYLOADS = pydantic_data_converter.payload_converter


def test_every_id_says_what_it_is_about() -> None:
    assert ids.case_id("SO-2026-0001") == "case-SO-2026-0001"
    assert ids.claim_id("SO-2026-0001-PA") == "claim-SO-2026-0001-PA"
    assert ids.review_id("RV-0123456789AB") == "review-RV-0123456789AB"
    assert ids.collect_id(date(2026, 1, 6)) == "collect-2026-01-06"
    assert ids.reconcile_id("BA-01", date(2026, 1, 6)) == "reconcile-BA-01-2026-01-06"
    assert ids.funds_id(date(2026, 1, 6)) == "hand-over-funds-2026-01-06"


@pytest.mark.parametrize(
    "text", ["", "SO-", "so-1", "SO-1 ", "SO-1/2", "测试甲 001", "SO-" + "1" * 29]
)
def test_what_is_no_order_number_gets_no_id_and_is_not_repeated(text: str) -> None:
    with pytest.raises(ids.NotAnOrderNo) as refused:
        ids.case_id(text)
    assert str(refused.value) == "An order number looks like SO-2026-0001."


def failure_of(error: BaseException) -> Failure:
    failure = Failure()
    ReadableFailureConverter().to_failure(error, PAYLOADS, failure)
    return failure


def test_a_cause_is_hidden_although_its_effect_is_named() -> None:
    readable("StockTooSmall")
    try:
        try:
            raise KeyError("测试甲 001")
        except KeyError as cause:
            raise ApplicationError("Lot L-1: 2 left.", type="StockTooSmall") from cause
    except ApplicationError as error:
        failure = failure_of(error)

    assert failure.message == "Lot L-1: 2 left."
    assert failure.stack_trace == ""
    assert failure.cause.message == ENCODED
    assert failure.cause.stack_trace == ""


def test_a_name_that_nobody_registered_stays_hidden() -> None:
    failure = failure_of(ApplicationError("测试甲 001", type="NeverRegistered"))
    assert failure.message == ENCODED
    opened = ReadableFailureConverter().from_failure(failure, PAYLOADS)
    assert str(opened) == "NeverRegistered: 测试甲 001"


def test_a_failure_that_travels_on_is_neither_opened_nor_hidden_further() -> None:
    readable("StockTooSmall")
    converter = ReadableFailureConverter()
    first = failure_of(ApplicationError("Lot L-1: 2 left.", type="StockTooSmall"))
    again = failure_of(converter.from_failure(first, PAYLOADS))
    assert again.message == "Lot L-1: 2 left."

    hidden = failure_of(ApplicationError("测试甲 001", type="NeverRegistered"))
    hidden_again = failure_of(converter.from_failure(hidden, PAYLOADS))
    assert hidden_again.message == ENCODED
    assert str(converter.from_failure(hidden_again, PAYLOADS)) == "NeverRegistered: 测试甲 001"


def _refuse(value: str) -> str:
    raise ValueError(f"{value} is not welcome")


class _Asked(BaseModel):
    order_no: str
    patient: Annotated[str, AfterValidator(_refuse)] = ""
    kind: Literal["a", "b"] = "a"


def test_wrong_input_is_told_by_field_and_never_by_value() -> None:
    with pytest.raises(ValidationError) as wrong:
        _Asked.model_validate({"order_no": 7, "patient": "测试甲 001", "kind": "测试甲 001"})
    told = bad_input(wrong.value)
    assert told.message == (
        "order_no: Input should be a valid string; patient: is not valid; kind: is not valid"
    )
    assert (told.type, told.non_retryable) == ("BadInput", True)


def test_the_server_is_told_every_search_attribute_and_skips_time_only_when_asked() -> None:
    command = " ".join(DevServer(Path("t.sqlite")).command())
    assert all(f"--search-attribute {name}={kind}" in command for name, kind in TYPES.items())
    assert "frontend.WorkflowTimeSkippingEnabled=true" in command
    assert "--sqlite-pragma journal_mode=wal" in command
    assert "TimeSkipping" not in " ".join(DevServer(None, time_skipping=False).command())


def test_the_server_listens_on_loopback_only() -> None:
    command = DevServer(None).command()
    assert command[command.index("--ip") + 1] == "127.0.0.1"


def test_every_setting_of_the_server_is_explained() -> None:
    lines = explained(DevServer(Path("t.sqlite"))).splitlines()[1:]
    assert all(line.startswith("    # ") for line in lines[::2])
    assert all(line.startswith("    --") for line in lines[1::2])


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        server = DevServer(None, port=port, headless=True).start(tmp_path / "log")
        server.process.wait(20)
    with pytest.raises(DevServerDidNotStart, match="address already in use"):
        server.check_alive()


async def test_a_missing_server_is_told_with_its_address_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TemporalNotReachable, match=r"answered at 127\.0\.0\.1:9 "):
        await _connected(Settings(home=tmp_path))


async def _connected(settings: Settings) -> Client:
    return await connect(settings, address="127.0.0.1:9", patience_s=0.2)


def test_a_bots_worker_is_healthy_only_when_every_portal_s_queue_is_polled() -> None:
    settings = Settings(counterparties_folder=Path("counterparties"))
    assert queues_behind("cases", settings) == ["cases"]
    assert "bots-PB" in queues_behind("bots", settings)
    assert "bots" not in queues_behind("bots", settings)
    assert "bots-PA" not in queues_behind("bots", settings)
