"""What the lists of the Temporal UI can filter a life by."""

from __future__ import annotations

from tests.lifecycle.house import House

_OWN = frozenset({"TemporalChangeVersion", "BuildIds"})
"""What the SDK notes for itself."""


async def listed(here: House, workflow_id: str) -> dict[str, object]:
    """The search attributes of a life, by name; a day as text."""
    described = await here.client.get_workflow_handle(workflow_id).describe()
    found = {pair.key.name: pair.value for pair in described.typed_search_attributes}
    return {name: value for name, value in found.items() if name not in _OWN}
