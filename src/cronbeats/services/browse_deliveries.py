"""Browse deliveries: what was sent to whom, and what became of each attempt."""

from __future__ import annotations

from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.page import Page, PageRequest
from cronbeats.storage import deliveries
from cronbeats.storage.database import Database
from cronbeats.storage.deliveries import StoredDelivery, Wanted


async def browse_deliveries(
    db: Database, workspace_id: int, wanted: Wanted, request: PageRequest
) -> Page[StoredDelivery]:
    """Return a page of a workspace's deliveries, newest first."""
    async with db.read() as tx:
        found, total = await deliveries.browse(tx, workspace_id, wanted, request)
    return Page(found, request, total)


async def get_delivery(db: Database, workspace_id: int, event_id: str) -> StoredDelivery:
    """Return a delivery of a workspace by what its receiver knows it by. Raises NotFoundError."""
    async with db.read() as tx:
        found = await deliveries.find(tx, workspace_id, event_id)
    if found is None:
        raise NotFoundError("There is no such delivery")
    return found
