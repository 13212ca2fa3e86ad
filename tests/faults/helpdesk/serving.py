"""A running help desk with the fault proxy before it, and what its own database holds.

The portal and the proxy are processes of their own; both end with the test, by their pids.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from runtime.processes import Running, free_port, python
from tests.faults.helpdesk.environment import fill, helpdesk_python, variables
from tests.faults.helpdesk.fault_proxy import SEEN, SWITCH
from tests.faults.helpdesk.prepare import CLERK
from tests.faults.helpdesk.strikes import Strike

COMMIT = "POST /tickets/submit/"
FORM = "GET /tickets/submit/"
LIST = "GET /admin/helpdesk/ticket/"
# The admin's list takes any field of a ticket as a filter, so it can leave out young ones itself.
YOUNGER = "created__lt"
PATIENCE_S = 30
DEFINITION = Path(__file__).with_name("portal.toml")

_TICKETS = """
SELECT queue.slug || '-' || ticket.id, ticket.title, ticket.submitter_email, ticket.description,
       ticket.due_date,
       (SELECT group_concat(file.filename, '|') FROM helpdesk_followupattachment AS file
        JOIN helpdesk_followup AS entry ON entry.id = file.followup_id
        WHERE entry.ticket_id = ticket.id)
FROM helpdesk_ticket AS ticket JOIN helpdesk_queue AS queue ON queue.id = ticket.queue_id
ORDER BY ticket.id
"""


@dataclass(frozen=True)
class Ticket:
    """One ticket as the portal's database holds it; `due_on` is a moment in UTC, or nothing."""

    number: str
    title: str
    submitter: str
    body: str
    due_on: str | None
    files: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """One request that reached the proxy, and the portal's own answer, None as long as it lacks."""

    line: str
    status: int | None
    how: tuple[str, ...]


@dataclass(frozen=True)
class Helpdesk:
    """The portal as the bot meets it is at `url`; `behind` is the same without the proxy."""

    url: str
    behind: str
    folder: Path
    portal: Running
    proxy: Running
    account: tuple[str, str] = CLERK

    def tickets(self, reference: str = "") -> list[Ticket]:
        """What the portal's own database holds, oldest first.

        With a reference only those whose title has it as a word of its own.
        """
        file = f"file:{self.folder / 'portal.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=30)) as database:
            rows = database.execute(_TICKETS).fetchall()
        found = [_ticket(*row) for row in rows]
        return [ticket for ticket in found if not reference or reference in ticket.title.split()]

    def strike(self, *faults: Strike) -> None:
        """From here on exactly these faults; none at all ends every fault."""
        told = [fault.told() for fault in faults]
        answer = httpx.put(
            f"{self.url}{SWITCH}", json=told, trust_env=False, verify=False, timeout=30
        )
        assert answer.status_code == 200, answer.text

    def left(self) -> list[Strike]:
        """The faults as they are, each with the times that are left to it."""
        told = httpx.get(f"{self.url}{SWITCH}", trust_env=False, verify=False, timeout=30).json()
        return [Strike.read(fault) for fault in told]

    def seen(self, line: str = "") -> list[Seen]:
        """What came by since the start, in order; only what begins with `line`."""
        told = httpx.get(f"{self.url}{SEEN}", trust_env=False, verify=False, timeout=30).json()
        all_seen = [Seen(one["line"], one["status"], tuple(one["how"])) for one in told]
        return [one for one in all_seen if one.line.startswith(line)]

    def wait_for_answer(self, line: str) -> Seen:
        """The last such request, once the portal has answered it, whoever hears of it."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            last = self.seen(line)[-1]
            if last.status is not None:
                return last
            time.sleep(0.05)
        raise AssertionError(f"{line} had no answer within {PATIENCE_S} s")


@contextmanager
def helpdesk(folder: Path) -> Iterator[Helpdesk]:
    """Serve an empty help desk out of this folder. Raises: ProcessDidNotStart, HelpdeskNotReady."""
    fill(folder)
    behind = f"http://127.0.0.1:{free_port()}"
    portal = portal_at(behind, folder)
    with ExitStack() as ending:
        ending.callback(portal.kill)
        portal.start()
        portal.wait_until_healthy()
        url, proxy = ending.enter_context(fault_proxy(behind, folder / "proxy.log"))
        yield Helpdesk(url, behind, folder, portal, proxy)


def portal_at(url: str, folder: Path) -> Running:
    """The portal's own process, not yet started; its log lies in the folder."""
    # `--insecure` serves scripts and styles although DEBUG is off.
    address = url.removeprefix("http://")
    command = ["-m", "django", "runserver", "--noreload", "--insecure", address]
    return Running(
        "helpdesk",
        [str(helpdesk_python()), *command],
        folder / "helpdesk.log",
        f"{url}/tickets/submit/",
        variables(folder),
    )


@contextmanager
def fault_proxy(upstream: str, log: Path) -> Iterator[tuple[str, Running]]:
    """Put a fault proxy before any portal; yields its address and its process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = python("tests.faults.helpdesk.fault_proxy", "--port", str(port))
    proxy = Running("fault proxy", [*command, "--upstream", upstream], log, f"{url}{SWITCH}")
    with ExitStack() as ending:
        ending.callback(proxy.kill)
        proxy.start()
        proxy.wait_until_healthy()
        yield url, proxy


def _ticket(
    number: str, title: str, submitter: str, body: str, due_on: str | None, files: str | None
) -> Ticket:
    return Ticket(number, title, submitter, body, due_on, tuple(files.split("|")) if files else ())
