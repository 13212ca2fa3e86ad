"""Search attributes: what lists in the Temporal Web UI filter by. Never encrypted, so no person.

A namespace on SQLite has room for 10 Keyword and 3 of each other type.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate
from temporalio.service import RPCError, RPCStatusCode

CaseStage = SearchAttributeKey.for_keyword("CaseStage")
Payer = SearchAttributeKey.for_keyword("Payer")
Hospital = SearchAttributeKey.for_keyword("Hospital")
OrderNo = SearchAttributeKey.for_keyword("OrderNo")
ClaimNo = SearchAttributeKey.for_keyword("ClaimNo")
Account = SearchAttributeKey.for_keyword("Account")
ReviewKind = SearchAttributeKey.for_keyword("ReviewKind")
AmountDue = SearchAttributeKey.for_float("AmountDue")
NeedsPerson = SearchAttributeKey.for_bool("NeedsPerson")
DueDate = SearchAttributeKey.for_datetime("DueDate")

TYPES: dict[str, str] = {
    CaseStage.name: "Keyword",
    Payer.name: "Keyword",
    Hospital.name: "Keyword",
    OrderNo.name: "Keyword",
    ClaimNo.name: "Keyword",
    Account.name: "Keyword",
    ReviewKind.name: "Keyword",
    AmountDue.name: "Double",
    NeedsPerson.name: "Bool",
    DueDate.name: "Datetime",
}


def due_on(day: date) -> SearchAttributeUpdate[datetime]:
    """Midnight in UTC of a day."""
    return DueDate.value_set(datetime.combine(day, time(), UTC))


class SearchAttributesMissing(RuntimeError):
    """The namespace lacks some, and this client may not add them (as on Temporal Cloud)."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            f"Add these search attributes to the namespace by hand: {', '.join(names)}."
        )


async def ensure(client: Client) -> list[str]:
    """Register what is missing and return its names. Raises: SearchAttributesMissing."""
    present = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {n: t for n, t in TYPES.items() if n not in present.custom_attributes}
    if not missing:
        return []
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for name, kind in missing.items():
        request.search_attributes[name] = IndexedValueType.Value(
            f"INDEXED_VALUE_TYPE_{kind.upper()}"
        )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as refused:
        # Two workers that start together both add; the slower one finds them there.
        if refused.status == RPCStatusCode.ALREADY_EXISTS:
            return []
        raise SearchAttributesMissing(sorted(missing)) from refused
    return sorted(missing)
