"""Payer C, the older portal: frames, popups and view states in GB18030; money into BA-01."""

from typing import Any

from sandbox import adjudication, appeals
from sandbox.kit import Fields, Moment, Service
from sandbox.scripts import plant_scripts
from sandbox.webforms import (
    appealing,
    calendar,
    filing,
    lists,
    login,
    members,
    pages,
    shell,
    visits,
)
from sandbox.webforms.layout import NAMES

service = Service(
    "payer_c",
    port=18108,
    schema=adjudication.SCHEMA + visits.SCHEMA + members.SCHEMA + appeals.SCHEMA,
    about="Payer C of the pretend outside: a portal of 2004 in frames, with one-time codes.",
    request_faults=(
        "expire_session",
        "changed_layout",
        "app_recycled",
        *(f"layout:{name}" for name in sorted(NAMES)),
    ),
    event_faults=("wrong_sums", "captcha", "notice", "password_expired"),
    maintenance_page=pages.maintenance_page(),
    charset=pages.CHARSET,
)
adjudication.serve(service, pages.PAYER)
appeals.serve(service)
for room in (login, shell, members, calendar, filing, lists, appealing):
    room.serve(service)


@service.seed
def seed(moment: Moment, body: Fields) -> None:
    """Plant `scripts` as for every payer, and `members`, people whom the picker shall find."""
    if body.get("scripts") is not None:
        plant_scripts(moment, body)
    members.plant(moment, body)


@service.books
def books(moment: Moment) -> dict[str, Any]:
    return adjudication.books(moment) | {"appeals": appeals.books(moment)}


if __name__ == "__main__":
    service.run()
