"""The help desk comes up, takes a ticket, and breaks in exactly the way that it is told to."""

from __future__ import annotations

import re
import socket
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from runtime.processes import ProcessDidNotStart, Running, free_port
from tests.faults.helpdesk.by_http import (
    form_of,
    hand_in,
    listed,
    open_form,
    press,
    sign_in,
)
from tests.faults.helpdesk.serving import (
    COMMIT,
    DEFINITION,
    FORM,
    LIST,
    YOUNGER,
    Helpdesk,
    Ticket,
    fault_proxy,
    helpdesk,
    portal_at,
)
from tests.faults.helpdesk.strikes import How, Strike

pytestmark = pytest.mark.slow

SHORT_S = 1.5
"""How long a caller waits for an answer that does not come."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Helpdesk]:
    """One help desk for all tests; each has references of its own."""
    with helpdesk(tmp_path_factory.mktemp("helpdesk")) as desk:
        yield desk


@pytest.fixture
def desk(running: Helpdesk) -> Iterator[Helpdesk]:
    """The same without any fault."""
    running.strike()
    yield running
    running.strike()


@pytest.fixture
def browser(desk: Helpdesk) -> Iterator[httpx.Client]:
    """A browser without a screen: it keeps cookies and connections."""
    with httpx.Client(base_url=desk.url, timeout=30, trust_env=False) as client:
        yield client


def test_a_ticket_handed_in_is_one_ticket_with_a_receipt_and_stands_in_the_list(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    answer = hand_in(browser, "CL-0001")
    assert answer.status_code == 302
    number = parse_qs(urlsplit(answer.headers["location"]).query)["ticket"]
    assert desk.tickets("CL-0001") == [
        Ticket(
            number=number[0],
            title="CL-0001",
            submitter="claims@huikuan.invalid",
            body="Order SO-2026-0001",
            # Midnight in Shanghai.
            due_on="2026-11-30 16:00:00",
            files=("proof.pdf",),
        )
    ]
    receipt = browser.get(answer.headers["location"]).text
    assert f"[{number[0]}] . CL-0001 [Open]" in receipt
    sign_in(browser, desk.account)
    assert listed(browser, "CL-0001") == "1 Ticket"
    assert listed(browser, "CL-0009") == "0 Tickets"


def test_without_a_fault_the_proxy_changes_nothing_but_the_tokens(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    def without_tokens(page: httpx.Response) -> str:
        return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", page.text)

    before = httpx.get(f"{desk.behind}/tickets/submit/", trust_env=False)
    through = browser.get("/tickets/submit/")
    assert without_tokens(through) == without_tokens(before)
    assert "<form" in through.text
    script = "/static/helpdesk/js/init_due_date.js"
    assert browser.get(script).content == httpx.get(f"{desk.behind}{script}").content
    assert browser.head("/tickets/submit/").status_code == 200


@pytest.mark.parametrize(
    ("how", "held"), [("502", 0), ("502_after_commit", 1)], ids=["before", "after"]
)
def test_a_502_says_nothing_about_the_ticket(
    desk: Helpdesk, browser: httpx.Client, how: How, held: int
) -> None:
    reference = f"CL-502-{held}"
    desk.strike(Strike(COMMIT, how))
    assert hand_in(browser, reference).status_code == 502
    assert len(desk.tickets(reference)) == held
    assert [strike.times for strike in desk.left()] == [0]
    # The fault is used up: the next one passes.
    assert hand_in(browser, reference).status_code == 302
    assert len(desk.tickets(reference)) == held + 1


@pytest.mark.parametrize(
    ("how", "held"),
    [
        ("reset_before_commit", 0),
        ("reset_after_commit", 1),
        ("drop_before_commit", 0),
        ("drop_after_commit", 1),
    ],
)
def test_a_connection_that_ends_brings_no_byte_and_the_ticket_is_there_only_after_the_commit(
    desk: Helpdesk, browser: httpx.Client, how: How, held: int
) -> None:
    desk.strike(Strike(COMMIT, how))
    broken = httpx.ReadError if how.startswith("reset") else httpx.RemoteProtocolError
    with pytest.raises(broken):
        hand_in(browser, f"CL-{how}")
    assert len(desk.tickets(f"CL-{how}")) == held
    assert desk.seen(COMMIT)[-1].status == (302 if held else None)


@pytest.mark.parametrize(("how", "held"), [("hang", 0), ("hang_after_commit", 1)])
def test_a_portal_that_hangs_holds_the_ticket_only_after_the_commit(
    desk: Helpdesk, browser: httpx.Client, how: How, held: int
) -> None:
    desk.strike(Strike(COMMIT, how))
    with pytest.raises(httpx.ReadTimeout):
        hand_in(browser, f"CL-{how}", timeout=SHORT_S)
    assert len(desk.tickets(f"CL-{how}")) == held


def test_a_slow_commit_is_done_even_when_nobody_waits_for_it_any_more(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    desk.strike(Strike(COMMIT, "slow_commit", seconds=2))
    with pytest.raises(httpx.ReadTimeout):
        hand_in(browser, "CL-SLOW", timeout=0.5)
    assert desk.tickets("CL-SLOW") == []
    assert desk.wait_for_answer(COMMIT).status == 302
    assert len(desk.tickets("CL-SLOW")) == 1


def test_a_slow_answer_comes_after_the_ticket_is_there(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    desk.strike(Strike(COMMIT, "slow_answer", seconds=2))
    with pytest.raises(httpx.ReadTimeout):
        hand_in(browser, "CL-LATE", timeout=SHORT_S)
    assert len(desk.tickets("CL-LATE")) == 1


def test_a_list_that_lags_hides_young_tickets_only_and_only_as_long_as_it_lags(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    sign_in(browser, desk.account)
    hand_in(browser, "CL-YOUNG")
    desk.strike(Strike(LIST, "list_lag", times=None, seconds=3600, parameter=YOUNGER))
    assert listed(browser, "CL-YOUNG") == "0 Tickets"
    # A search from the lagging page itself must not carry the lag on.
    assert YOUNGER not in form_of(browser.get("/admin/helpdesk/ticket/"))
    desk.strike(Strike(LIST, "list_lag", times=None, seconds=0.001, parameter=YOUNGER))
    assert listed(browser, "CL-YOUNG") == "1 Ticket"
    desk.strike()
    assert listed(browser, "CL-YOUNG") == "1 Ticket"


def test_a_session_that_has_ended_stays_ended_until_somebody_signs_in(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    sign_in(browser, desk.account)
    desk.strike(Strike(LIST, "expire_session"))
    for _ in range(2):
        sent_away = browser.get("/admin/helpdesk/ticket/")
        assert sent_away.headers["location"] == "/admin/login/?next=/admin/helpdesk/ticket/"
    sign_in(browser, desk.account)
    assert listed(browser, "CL-NONE") == "0 Tickets"


def test_a_session_that_ends_between_filling_and_pressing_hands_nothing_in(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    token = open_form(browser)
    desk.strike(Strike(COMMIT, "expire_session"))
    refused = press(browser, token, "CL-SESSION")
    assert refused.status_code == 403
    assert "CSRF verification failed. Request aborted." in refused.text
    assert desk.tickets("CL-SESSION") == []
    assert hand_in(browser, "CL-SESSION").status_code == 302


def test_a_fault_strikes_what_it_matches_and_no_other_request(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    desk.strike(Strike(COMMIT, "502", times=2), Strike(FORM, "confirm", text="?"))
    assert browser.get("/admin/login/").status_code == 200
    assert "<script>for" in browser.get("/tickets/submit/").text
    assert "<script>for" not in browser.get("/tickets/submit/").text
    assert [(strike.how, strike.times) for strike in desk.left()] == [("502", 2), ("confirm", 0)]


@pytest.mark.parametrize(
    "told",
    [
        {"match": COMMIT, "how": "burn"},
        {"match": "", "how": "502"},
        {"match": LIST, "how": "list_lag", "seconds": 5},
        {"match": COMMIT, "how": "slow_commit"},
        {"match": FORM, "how": "confirm"},
        {"match": FORM, "how": "502", "often": 3},
    ],
    ids=lambda told: str(told["how"]),
)
def test_a_fault_that_nobody_knows_or_that_lacks_something_is_refused(
    desk: Helpdesk, browser: httpx.Client, told: dict[str, object]
) -> None:
    assert browser.put("/_faults", json=[told]).status_code == 422
    assert desk.left() == []


def test_a_proxy_whose_portal_is_gone_says_502(tmp_path_factory: pytest.TempPathFactory) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        behind = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        log = tmp_path_factory.mktemp("proxy") / "proxy.log"
        with fault_proxy(behind, log) as (url, _):
            assert httpx.get(f"{url}/tickets/submit/", trust_env=False).status_code == 502


def test_a_portal_that_does_not_come_up_shows_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "portal.sqlite3").mkdir()
    portal = portal_at(f"http://127.0.0.1:{free_port()}", tmp_path)
    with closing_by_pid(portal), pytest.raises(ProcessDidNotStart, match="unable to open database"):
        portal.wait_until_healthy()


@contextmanager
def closing_by_pid(process: Running) -> Iterator[None]:
    """Start it, and end it whatever happens."""
    process.start()
    try:
        yield
    finally:
        process.kill()


def test_the_definition_names_the_paths_that_the_portal_answers(
    desk: Helpdesk, browser: httpx.Client
) -> None:
    told = tomllib.loads(DEFINITION.read_text("utf-8"))
    sign_in(browser, desk.account)
    paths = {key: page["path"] for key, page in told["pages"].items() if "path" in page}
    assert paths == {
        "login": "/admin/login/",
        "home": "/admin/",
        "form": "/tickets/submit/",
        "list": "/admin/helpdesk/ticket/",
    }
    for key in ("home", "form", "list"):
        assert told["pages"][key]["heading"]["text"] in browser.get(paths[key]).text
