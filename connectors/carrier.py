"""The carrier: takes parcels to the hospital, and proves that they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.http import Caller, ContentDiffers, Refused
from connectors.wire import Fields, read, read_sole, segment


@dataclass(frozen=True)
class Parcel:
    """Pieces of one lot that travel together."""

    lot_no: str
    quantity: int


@dataclass(frozen=True)
class ShipmentEvent:
    """What happened to a shipment: in_transit, delivered or returned; `at` in Shanghai time."""

    event_id: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Shipment:
    """One shipment; status is booked, in_transit, delivered, returned or cancelled."""

    tracking_no: str
    order_no: str
    status: str
    events: tuple[ShipmentEvent, ...] = ()


class AlreadyDelivered(Refused):
    """The goods have arrived; they can only come back by a return."""

    def __init__(self, refusal: Refused, tracking_no: str) -> None:
        self.tracking_no = tracking_no
        super().__init__(
            refusal.counterparty,
            refusal.call,
            status=refusal.status,
            error=refusal.error or "already_delivered",
            field=refusal.field,
            text=refusal.text,
        )


class Carrier:
    """Each method may raise any `CallFailed`; only what goes beyond is named."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def ship(
        self, key: str, order_no: str, hospital_code: str, parcels: Sequence[Parcel]
    ) -> Shipment:
        """Book the journey, once per key. Raises: ContentDiffers."""
        body = {
            "key": key,
            "order_no": order_no,
            "to": {"hospital_code": hospital_code},
            "parcels": [
                {"lot_no": parcel.lot_no, "quantity": parcel.quantity} for parcel in parcels
            ],
        }
        call = "POST /shipments"

        def send() -> str:
            answer = self._caller.tell("POST", "/shipments", body)
            return read(self._caller, answer, lambda fields: fields.text("tracking_no"))

        def look() -> str | None:
            found = self.find(key)
            if found is not None and found.order_no != order_no:
                raise ContentDiffers(
                    self._caller.counterparty, call, key=key, theirs=found.tracking_no
                )
            return None if found is None else found.tracking_no

        return Shipment(self._caller.once(call, key, send, look), order_no, "booked")

    def find(self, key: str) -> Shipment | None:
        """What stands under this key."""
        return read_sole(self._caller, self._caller.ask("/shipments", {"key": key}), _shipment)

    def status(self, tracking_no: str) -> Shipment:
        """Where the shipment is, with every event so far, oldest first."""
        answer = self._caller.ask(f"/shipments/{segment(tracking_no)}")
        return read(self._caller, answer, _shipment)

    def proof_of_delivery(self, tracking_no: str) -> bytes | None:
        """The document as the carrier serves it, whatever it is; None before delivery."""
        try:
            return self._caller.fetch(f"/shipments/{segment(tracking_no)}/proof-of-delivery")
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise

    def cancel(self, key: str, tracking_no: str) -> str:
        """Stop a shipment: "cancelled", or "returning" when it was on the road already.

        Cancelling twice is the same as once. Raises: AlreadyDelivered.
        """
        path = f"/shipments/{segment(tracking_no)}/cancel"

        def send() -> str:
            answer = self._caller.tell("POST", path, {"key": key})
            return read(self._caller, answer, lambda fields: fields.text("status"))

        def look() -> str | None:
            # "Turned round on the road" does not show in the status; asking for it twice is once.
            is_cancelled = self.status(tracking_no).status == "cancelled"
            return "cancelled" if is_cancelled else None

        try:
            return self._caller.once(f"POST {path}", key, send, look)
        except Refused as refusal:
            if refusal.status == 409:
                raise AlreadyDelivered(refusal, tracking_no) from refusal
            raise


def _shipment(fields: Fields) -> Shipment:
    return Shipment(
        tracking_no=fields.text("tracking_no"),
        order_no=fields.text("order_no"),
        status=fields.text("status"),
        events=tuple(
            ShipmentEvent(row.text("event_id"), row.text("kind"), row.instant("at"))
            for row in fields.rows("events")
        ),
    )
