"""What tests of the outbox do and ask again and again."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.integration import IntegrationKind
from cronbeats.services.manage_integrations import save_integration
from cronbeats.storage.schema import alerts
from tests.support.recording_sender import RecordingChat, RecordingSender
from tests.support.world import Json, World


async def fail_a_job(world: World, **wishes: Any) -> Json:
    """Make a job whose first run fails, so that it is down at once."""
    job = await world.make_job(**wishes)
    await world.ping(job, "/end/fail")
    return job


async def endings(world: World) -> list[tuple[str, str]]:
    """Return the kind and the status of every alert, in the order in which they came to be owed."""
    async with world.db.read() as tx:
        rows = await tx.execute(select(alerts.c.kind, alerts.c.status).order_by(alerts.c.id))
        return [(row.kind, row.status) for row in rows]


async def add_sender(world: World, sender: RecordingSender) -> None:
    """Let the world's workspace be told by another sender, too."""
    world.senders[sender.kind] = sender
    await set_up(world, sender)


async def set_up(
    world: World, sender: RecordingSender, values: Mapping[str, str] | None = None
) -> None:
    """Set an integration up, as a person does."""
    await save_integration(
        world.db,
        sender,
        world.workspace_id,
        values or {"url": "https://receiver.test/hook"},
        is_enabled=True,
        by=OPERATOR,
        now=world.clock(),
    )


async def chat_of(world: World) -> RecordingChat:
    """Let people be told instead of the program that the world begins with."""
    await world.api("PUT", "/integrations/webhook", {"is_enabled": False})
    chat = RecordingChat(IntegrationKind.SLACK)
    await add_sender(world, chat)
    return chat
