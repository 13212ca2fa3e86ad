"""Order and goods: from the ERP's order to the proof of delivery, and the way back.

Each step reads what earlier ones left in the case's facts, calls out with a key of its own, and
writes what it learnt in one transaction; so it may run twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlmodel import Session
from temporalio import activity

from activities import billing, collecting, undoing
from activities.accepting import accepted_order
from activities.beating import step
from activities.refusals import StepOutOfOrder, WrongWorkflowId
from activities.signatures import CaseSteps
from activities.world import DAY_S, World
from bots.documents.preflight import ProofFacts, is_proof_of_delivery
from connectors.carrier import Parcel, Shipment
from connectors.erp import Reservation
from domain.facts import (
    Cancelling,
    CaseFacts,
    CaseStart,
    ClaimToReverse,
    Compensation,
    DeliveryFacts,
    DeliveryStatus,
    InvoiceFacts,
    PatientShareFacts,
    SettlementFacts,
)
from domain.lifecycle import CaseEvent
from domain.order import Order
from domain.review import Decision
from engine.ids import case_id
from store import audit, case_facts, cases

CARRIER = "carrier"
START_ACTION = "case-start-asked"


def fact(known: Mapping[str, str], case_no: str, name: str) -> str:
    """A number that an earlier step left among the case's facts. Raises: StepOutOfOrder."""
    if name not in known:
        raise StepOutOfOrder(case_no, name)
    return known[name]


class CaseActivities(CaseSteps):
    """The steps of a case, on the queue `cases`."""

    def __init__(self, world: World) -> None:
        self.world = world

    @step
    def open_case(self, start: CaseStart) -> CaseFacts:
        """Read the order, refuse it or claim it for this workflow by a unique row."""
        world, me = self.world, activity.info()
        if me.workflow_id != case_id(start.order_no):
            raise WrongWorkflowId(start.order_no, me.workflow_id or "")
        order = accepted_order(world, start.order_no)
        with world.writing() as session:
            started = [
                entry.actor
                for entry in audit.audit_of(session, order.order_no)
                if entry.action == START_ACTION
            ]
            cases.open_case(
                session,
                order,
                workflow_id=me.workflow_id,
                run_id=me.workflow_run_id or "",
                started_by=started[-1] if started else None,
                now=world.now(),
            )
        return self._facts(order)

    def _facts(self, order: Order) -> CaseFacts:
        return CaseFacts(
            order_no=order.order_no,
            hospital=order.hospital.code,
            payers=order.payers(),
            total=order.total,
            page_root=self.world.page_root,
        )

    @step
    def reserve_lots(self, order_no: str) -> None:
        """Set lots aside in the ERP, first expired first."""
        world = self.world
        with world.database.reading() as session:
            order = cases.order_of(session, order_no)
        reserved = world.erp.reserve(f"{order_no}:reserve", order_no, order.lines)
        with world.writing() as session:
            case_facts.keep_fact(session, order_no, "reservation_no", reserved.reservation_no)
            case_facts.keep_fact(session, order_no, "lots", _lots_as_text(reserved))
            cases.move_case(
                session, order_no, CaseEvent.LOTS_RESERVED, key="reserved", now=world.now()
            )

    @step
    def ship_goods(self, order_no: str) -> None:
        """Book the goods out of stock and hand them to the carrier."""
        world = self.world
        with world.database.reading() as session:
            hospital = cases.head_of(session, order_no).hospital_code
            known = case_facts.facts_of(session, order_no)
        reservation_no = fact(known, order_no, "reservation_no")
        lots = json.loads(fact(known, order_no, "lots"))
        issue_no = world.erp.issue_goods(f"{order_no}:issue", reservation_no)
        world.keep_fact(order_no, "goods_issue_no", issue_no)
        parcels = [Parcel(lot["lot_no"], lot["quantity"]) for lot in lots]
        shipment = world.carrier.ship(f"{order_no}:ship", order_no, hospital, parcels)
        with world.writing() as session:
            case_facts.keep_fact(session, order_no, "tracking_no", shipment.tracking_no)
            cases.move_case(
                session, order_no, CaseEvent.GOODS_SHIPPED, key="shipped", now=world.now()
            )

    @step
    def receive_delivery(self, order_no: str) -> DeliveryFacts:
        """Ask the carrier; when delivered, fetch the proof, check it and keep it as evidence."""
        world = self.world
        with world.database.reading() as session:
            known = case_facts.facts_of(session, order_no)
        tracking_no = fact(known, order_no, "tracking_no")
        shipment = world.carrier.status(tracking_no)
        if shipment.status == "delivered" and "proof_sha256" not in known:
            document = world.carrier.proof_of_delivery(tracking_no)
            if document is not None:
                return self._prove(order_no, shipment, document)
        with world.writing() as session:
            _note_reports(session, order_no, shipment)
        if shipment.status == "delivered":
            # Proved already, or not printed yet. A second print would have other bytes.
            is_proved = "proof_sha256" in known
            status = DeliveryStatus.PROVED if is_proved else DeliveryStatus.ON_THE_WAY
            return self._delivery(status, tracking_no)
        status = (
            DeliveryStatus.RETURNED
            if shipment.status in ("returned", "cancelled")
            else DeliveryStatus.ON_THE_WAY
        )
        return self._delivery(status, tracking_no)

    def _prove(self, order_no: str, shipment: Shipment, document: bytes) -> DeliveryFacts:
        world, tracking_no = self.world, shipment.tracking_no
        proof = is_proof_of_delivery(document, order_no=order_no, tracking_no=tracking_no)
        world.set_down(document)
        with world.writing() as session:
            _note_reports(session, order_no, shipment)
            sha256 = world.evidence.put(
                session,
                document,
                kind="proof_of_delivery",
                source=CARRIER,
                name=f"{tracking_no}.pdf",
                case_no=order_no,
                now=world.now(),
            )
            if not isinstance(proof, ProofFacts):
                told = "; ".join(str(problem) for problem in proof)
                return self._delivery(DeliveryStatus.PROOF_REFUSED, tracking_no, told)
            case_facts.keep_fact(session, order_no, "proof_sha256", sha256)
            case_facts.keep_fact(session, order_no, "delivered_on", proof.delivered_on.isoformat())
            cases.move_case(
                session, order_no, CaseEvent.DELIVERY_PROVED, key="delivered", now=world.now()
            )
        return self._delivery(DeliveryStatus.PROVED, tracking_no)

    def _delivery(
        self, status: DeliveryStatus, tracking_no: str, problem: str = ""
    ) -> DeliveryFacts:
        days = self.world.counterparties.carrier.status_poll_days
        return DeliveryFacts(status, tracking_no, days * DAY_S, self.world.today(), problem)

    @step
    def take_goods_back(self, order_no: str) -> None:
        """The goods came back before an invoice: book them in, and the case is over."""
        world = self.world
        with world.database.reading() as session:
            known = case_facts.facts_of(session, order_no)
        issue_no = fact(known, order_no, "goods_issue_no")
        return_no = world.erp.return_goods(f"{order_no}:return", issue_no)
        with world.writing() as session:
            case_facts.keep_fact(session, order_no, "goods_return_no", return_no)
            cases.move_case(
                session, order_no, CaseEvent.GOODS_RETURNED, key="returned", now=world.now()
            )

    @step
    def issue_invoice(self, order_no: str) -> InvoiceFacts:
        """See `activities/billing.py`."""
        return billing.issue_invoice(self.world, order_no)

    @step
    def correct_order(self, decision: Decision) -> CaseFacts:
        """See `activities/undoing.py`."""
        return self._facts(undoing.correct_order(self.world, decision))

    @step
    def may_cancel(self, order_no: str) -> Compensation:
        """See `activities/undoing.py`."""
        return undoing.may_cancel(self.world, order_no)

    @step
    def claims_to_reverse(self, order_no: str) -> list[ClaimToReverse]:
        """See `activities/undoing.py`."""
        return undoing.claims_to_reverse(self.world, order_no)

    @step
    def cancel_case(self, cancelling: Cancelling) -> None:
        """See `activities/undoing.py`."""
        undoing.cancel_case(self.world, cancelling)

    @step
    def request_patient_share(self, order_no: str) -> PatientShareFacts:
        """See `activities/collecting.py`."""
        return collecting.request_patient_share(self.world, order_no)

    @step
    def settle_case(self, order_no: str) -> SettlementFacts:
        """See `activities/collecting.py`."""
        return collecting.settle_case(self.world, order_no)


def _note_reports(session: Session, order_no: str, shipment: Shipment) -> None:
    for event in shipment.events:
        case_facts.record_delivery_event(
            session,
            carrier=CARRIER,
            event_id=event.event_id,
            tracking_no=shipment.tracking_no,
            order_no=order_no,
            kind=event.kind,
            at=event.at,
        )


def _lots_as_text(reserved: Reservation) -> str:
    return json.dumps(
        [
            {
                "line_no": lot.line_no,
                "lot_no": lot.lot_no,
                "expires_on": lot.expires_on.isoformat(),
                "quantity": lot.quantity,
            }
            for lot in reserved.lots
        ],
        sort_keys=True,
    )
