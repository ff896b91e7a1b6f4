"""A courier in a process of its own that is killed at one step of its work."""

import asyncio
import os
import signal
from datetime import datetime

from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.storage.database import Database
from cronbeats.workers.courier import Courier
from tests.support.databases import CIPHER
from tests.support.forks import fork

PATIENCE_SECONDS = 60.0


def exit_code_of_one_that_dies(database_url: str, now: datetime, step: str) -> int | None:
    """Let a courier deliver what is owed, and be killed when it comes to `step`."""
    process = fork(_deliver, database_url, now, step)
    process.join(PATIENCE_SECONDS)
    exit_code = process.exitcode
    process.kill()
    return exit_code


def _deliver(database_url: str, now: datetime, deadly_step: str) -> None:
    asyncio.run(_deliver_all(database_url, now, deadly_step))


async def _deliver_all(database_url: str, now: datetime, deadly_step: str) -> None:
    def at_step(step: str) -> None:
        if step == deadly_step:
            os.kill(os.getpid(), signal.SIGKILL)

    db = Database(database_url, cipher=CIPHER)
    http = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    senders = build_senders(http, lambda: now)
    courier = Courier(db, lambda: now, senders, lambda: 0.0, lambda: None, at_step=at_step)
    while await courier.step() == 0:
        pass
    await courier.finish(PATIENCE_SECONDS)
    await http.close()
    await db.close()
