"""Payer B, the old portal: no API, only pages for people, and printed advices; money into BA-02."""

from typing import Any

from sandbox import adjudication, appeals, clearings
from sandbox.kit import Moment, Service
from sandbox.portal import appeals as appeal_pages
from sandbox.portal import clearings as clearing_pages
from sandbox.portal import desk, filing, pages, remittances, visits
from sandbox.portal.desk import PAYER

service = Service(
    "payer_b",
    port=18105,
    schema=adjudication.SCHEMA + visits.SCHEMA + filing.SCHEMA + appeals.SCHEMA + clearings.SCHEMA,
    about="Payer B of the pretend outside: an old portal, and remittance advices as PDF.",
    request_faults=("expire_session", "changed_layout"),
    event_faults=("wrong_sums",),
    maintenance_page=pages.maintenance_page(),
)
adjudication.serve(service, PAYER)
appeals.serve(service)
clearings.serve(service)
visits.serve(service)
filing.serve(service)
desk.serve(service)
remittances.serve(service)
appeal_pages.serve(service)
clearing_pages.serve(service)


@service.books
def books(moment: Moment) -> dict[str, Any]:
    others = {"appeals": appeals.books(moment), "clearings": clearings.books(moment)}
    return adjudication.books(moment) | others


if __name__ == "__main__":
    service.run()
