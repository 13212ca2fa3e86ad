"""Payer D, a commercial insurer: one page that a script builds, one address for everything, and
acceptance that comes later than the answer; money into BA-01."""

from typing import Any

from sandbox import adjudication, appeals
from sandbox.kit import Moment
from sandbox.onepage import appealing, desk, filing, layouts, shell, signing_in
from sandbox.onepage.addressing import OnePage
from sandbox.onepage.filing import PAYER

service = OnePage(
    "payer_d",
    port=18109,
    schema=adjudication.SCHEMA
    + signing_in.SCHEMA
    + filing.SCHEMA
    + appeals.SCHEMA
    + appealing.SCHEMA,
    about="Payer D of the pretend outside: a page built by script, and advices as PDF.",
    request_faults=("expire_session",),
    event_faults=(
        "wrong_sums",
        "refuse_later",
        "slow_ticket",
        "ask_code_again",
        "unknown_dialog",
        "double_send",
        layouts.CHANGED,
        *layouts.FAULTS,
    ),
    maintenance_page=shell.maintenance_page(),
)
adjudication.serve(service, PAYER)
appeals.serve(service)
shell.serve(service)
signing_in.serve(service)
filing.serve(service)
appealing.serve(service)
desk.serve(service)


@service.books
def books(moment: Moment) -> dict[str, Any]:
    """Return the payer's books, and what became of each ticket.

    `ready_at` is None for one that the simulated clock decides on.
    """
    filing.take_in_what_is_ready(moment)
    tickets = moment.rows(
        "select ticket, mutation_id, ready_at, state, reason, payer_claim_no"
        " from ticket order by rowid"
    )
    appealed = {
        "appeal_tickets": appealing.tickets_held(moment),
        "appeals": appeals.books(moment),
    }
    return {**adjudication.books(moment), "tickets": tickets, **appealed}


if __name__ == "__main__":
    service.run()
