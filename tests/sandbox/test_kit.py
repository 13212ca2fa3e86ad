"""The kit's promises: time only goes forward, faults do what they say, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.kit import Answer, Call, Moment, Refused, Service, fen, instant, signature, yuan
from tests.sandbox.process import Counterparty
from tests.sandbox.running import Running, receiving, running

garden = Service(
    "garden",
    port=0,
    about="Grows things.",
    schema="create table if not exists plant (key text)",
    request_faults=("frost",),
    event_faults=("drought",),
)


@garden.post("/plants")
def sow(call: Call) -> Answer:
    key, hours = call.body.text("key"), call.body.integer("hours", least=0)
    call.do("insert into plant values (?)", key)
    if call.fault == "frost":
        raise Refused(503, "frozen", "too cold")
    call.later(call.now + timedelta(hours=hours), "grew", {"key": key})
    return Answer(201, {"key": key})


@garden.when("grew")
def grew(moment: Moment, payload: dict[str, Any]) -> None:
    word = "withered" if moment.take_fault("drought") else "grew"
    moment.happened(f"{payload['key']} {word}")
    moment.webhook("/garden", {"kind": payload["key"]})


@garden.books
def books(moment: Moment) -> dict[str, Any]:
    return {"plants": [row["key"] for row in moment.rows("select key from plant")]}


@pytest.fixture
def plot(tmp_path: Path) -> Iterator[Running]:
    with running(garden, tmp_path) as client:
        yield client


def sown(plot: Running, key: str, hours: int) -> None:
    plot.post("/plants", {"key": key, "hours": hours}, 201)


def test_the_clock_starts_on_the_fictional_monday(plot: Running) -> None:
    assert plot.get("/_sandbox/health") == {"service": "garden", "now": "2026-01-05T08:00:00+08:00"}


def test_due_events_happen_in_order_of_their_time_and_carry_it(plot: Running) -> None:
    sown(plot, "oak", 30)
    sown(plot, "bean", 2)

    assert plot.move_clock("2026-01-05 09:59") == []
    assert plot.move_clock("2026-01-07 08:00") == [
        "2026-01-05T10:00:00+08:00 bean grew",
        "2026-01-06T14:00:00+08:00 oak grew",
    ]
    assert plot.move_clock("2026-01-08 08:00") == []


def test_the_clock_refuses_to_go_back_but_may_stand(plot: Running) -> None:
    plot.move_clock("2026-01-06 08:00")

    assert plot.move_clock("2026-01-06 08:00") == []
    refusal = plot.put("clock", {"now": "2026-01-06T07:59:59+08:00"}, 409)
    assert refusal["error"] == "clock_goes_back"


@pytest.mark.parametrize("now", ["2026-01-06T08:00:00", "tomorrow", None, 7])
def test_a_time_without_offset_is_refused_by_field(plot: Running, now: Any) -> None:
    assert plot.put("clock", {"now": now}, 422)["field"] == "now"


def test_instant_mode_lets_the_future_happen_inside_the_request(tmp_path: Path) -> None:
    with receiving() as (receiver, url), running(garden, tmp_path, webhook_url=url) as plot:
        plot.put("instant", {"on": True})
        sown(plot, "oak", 300)
        plot.put("instant", {"on": False})

        assert plot.move_clock("2026-03-01 08:00") == []
        assert receiver.kinds == ["oak"]


def test_without_the_token_nothing_is_served(plot: Running) -> None:
    answer = plot.client.post("/plants", json={}, headers={"Authorization": "Bearer wrong"})

    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        (b"{", 400, None),
        (b"[]", 400, None),
        (b"{}", 422, "key"),
        (b'{"key": " ", "hours": 1}', 422, "key"),
        (b'{"key": "oak", "hours": true}', 422, "hours"),
        (b'{"key": "oak", "hours": -1}', 422, "hours"),
    ],
)
def test_a_bad_request_names_its_field(
    plot: Running, sent: bytes, status: int, field: str | None
) -> None:
    answer = plot.client.post("/plants", content=sent)

    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert plot.books() == {"plants": []}


def test_an_unknown_path_and_method_are_refused_in_json(plot: Running) -> None:
    assert plot.get("/weeds", 404)["error"] == "not_found"
    assert plot.get("/plants", 405)["error"] == "method_not_allowed"


def test_dropped_before_commit_nothing_was_done(plot: Running) -> None:
    plot.strike("POST /plants", "drop_before_commit")

    with pytest.raises(httpx.RemoteProtocolError):
        sown(plot, "oak", 1)
    assert plot.books() == {"plants": []}


def test_dropped_after_commit_the_work_is_done_and_nobody_hears_of_it(plot: Running) -> None:
    plot.strike("POST /plants", "drop_after_commit")

    with pytest.raises(httpx.RemoteProtocolError):
        sown(plot, "oak", 1)
    assert plot.books() == {"plants": ["oak"]}


@pytest.mark.parametrize(("how", "status"), [("503", 503), ("500", 500), ("maintenance", 503)])
def test_a_broken_service_does_nothing_for_as_many_times_as_said(
    plot: Running, how: str, status: int
) -> None:
    plot.put("faults", [{"match": "POST /pl", "times": 2, "how": how}])

    for _ in range(2):
        plot.post("/plants", {"key": "oak", "hours": 1}, status)
    assert plot.books() == {"plants": []}
    sown(plot, "oak", 1)


def test_a_fault_without_times_lasts_until_it_is_deleted(plot: Running) -> None:
    plot.put("faults", [{"match": "POST /plants", "times": None, "how": "503"}])
    for _ in range(3):
        plot.post("/plants", {"key": "oak", "hours": 1}, 503)

    assert plot.client.delete("/_sandbox/faults").json() == []
    sown(plot, "oak", 1)


def test_a_fault_strikes_only_what_it_matches(plot: Running) -> None:
    plot.strike("GET /plants", "503")

    sown(plot, "oak", 1)
    assert len(plot.get("/_sandbox/faults")) == 1


def test_a_hanging_service_answers_never(plot: Running) -> None:
    plot.strike("POST /plants", "hang")

    with pytest.raises(httpx.ReadTimeout):
        plot.client.post("/plants", json={}, timeout=0.2)


def test_hanging_after_commit_the_work_is_done_and_nobody_hears_of_it(plot: Running) -> None:
    plot.strike("POST /plants", "hang_after_commit")

    with pytest.raises(httpx.ReadTimeout):
        plot.client.post("/plants", json={"key": "oak", "hours": 1}, timeout=0.2)
    assert plot.books() == {"plants": ["oak"]}


def test_latency_delays_and_then_answers(plot: Running) -> None:
    plot.strike("POST /plants", "latency:150")

    answer = plot.client.post("/plants", json={"key": "oak", "hours": 1})
    assert (answer.status_code, answer.elapsed >= timedelta(milliseconds=150)) == (201, True)


def test_a_fault_of_the_service_itself_reaches_its_handler_and_rolls_back(plot: Running) -> None:
    plot.strike("POST /plants", "frost")

    assert plot.post("/plants", {"key": "oak", "hours": 1}, 503)["error"] == "frozen"
    assert plot.books() == {"plants": []}


def test_an_event_fault_spoils_one_event_and_no_request(plot: Running) -> None:
    plot.strike("POST /plants", "drought")
    sown(plot, "oak", 1)
    sown(plot, "elm", 2)

    happened = plot.move_clock("2026-01-06 08:00")
    assert [text.split(" ", 1)[1] for text in happened] == ["oak withered", "elm grew"]


@pytest.mark.parametrize(
    "fault", [{"how": "latency:x"}, {"how": "rain"}, {"how": "503", "times": 0}, 7]
)
def test_a_fault_that_nobody_knows_is_refused(plot: Running, fault: Any) -> None:
    plot.put("faults", [fault], 422)

    assert plot.get("/_sandbox/faults") == []


def test_a_webhook_that_is_not_taken_is_sent_again_until_it_is(tmp_path: Path) -> None:
    with receiving() as (receiver, url), running(garden, tmp_path, webhook_url=url) as plot:
        receiver.status = 503
        sown(plot, "oak", 1)
        plot.move_clock("2026-01-05 10:00")
        plot.get("/_sandbox/books")
        assert receiver.kinds == ["oak"]

        receiver.status = 204
        plot.post("/_sandbox/flush", {}, 200)
        plot.post("/_sandbox/flush", {}, 200)
        assert receiver.kinds == ["oak", "oak"]


def test_a_webhook_is_signed_over_the_simulated_time_and_its_body(tmp_path: Path) -> None:
    with (
        receiving() as (receiver, url),
        running(garden, tmp_path, webhook_url=url, webhook_secret="quiet") as plot,
    ):
        sown(plot, "oak", 0)

        path, headers, body = receiver.letters[0]
        assert (path, body) == ("/garden", b'{"kind": "oak"}')
        assert headers["X-Sandbox-Timestamp"] == "1767571200"
        assert headers["X-Sandbox-Signature"] == signature("quiet", "1767571200", body.decode())


def test_a_signature_is_the_hmac_that_everybody_computes() -> None:
    # From: printf '1767571200.{}' | openssl dgst -sha256 -hmac quiet
    assert signature("quiet", "1767571200", "{}") == (
        "1e671c06d2c27efd35afffb55744dda6dfd65bfb0aa58ab0b43d380150130c37"
    )


@pytest.mark.parametrize(
    ("text", "minor"), [("0.01", 1), ("1234.50", 123450), ("-0.10", -10), ("0.00", 0)]
)
def test_amounts_travel_as_text_with_two_decimals(text: str, minor: int) -> None:
    assert (fen(text), yuan(minor)) == (minor, text)


@pytest.mark.parametrize("text", ["1", "1.5", "1.500", "1,000.00", "1e3", "", "٣.00"])
def test_another_way_to_write_an_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        fen(text)


def test_times_are_turned_to_shanghai() -> None:
    assert instant("2026-01-05T00:00:00+00:00").isoformat() == "2026-01-05T08:00:00+08:00"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["erp", "carrier", "tax", "pay_channel"])
def test_a_killed_counterparty_comes_back_with_its_clock_faults_and_books(
    name: str, tmp_path: Path
) -> None:
    counterparty = Counterparty(name, tmp_path)
    counterparty.move_clock("2026-02-01 09:30")
    faults = [{"match": "GET /nothing", "times": None, "how": "503"}]
    counterparty.client.put("/_sandbox/faults", json=faults)
    counterparty.kill()

    counterparty.start()

    health = counterparty.client.get("/_sandbox/health").json()
    assert health == {"service": name, "now": "2026-02-01T09:30:00+08:00"}
    assert counterparty.client.get("/_sandbox/faults").json() == faults
    counterparty.stop()
