"""`cronbeats serve`."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import structlog
import typer
import uvloop

from cronbeats import __version__
from cronbeats.cli.common import WRONG_SETTING, fail, load_settings, open_database, own_command
from cronbeats.cli.exclusive import FileLock, check_port
from cronbeats.cli.importing import importing
from cronbeats.cli.logs import set_up_logs
from cronbeats.cli.secret_key import cipher_for
from cronbeats.cli.supervisor import supervise
from cronbeats.clock import system_clock
from cronbeats.domain.duty import ALL_DUTIES, Duty, in_order
from cronbeats.domain.errors import CronBeatsError
from cronbeats.instruments import Instruments, Memory
from cronbeats.services.run_first import offer_first_run
from cronbeats.services.seal_secrets import seal_secrets
from cronbeats.settings import SettingError, Settings, unknown_settings
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database, file_of
from cronbeats.storage.migrate import migrate

_MOST_WORKERS = 64

_GIVE_IT_BACK = (
    "they were stored with another secret key: start with that one in CRONBEATS_SECRET_KEY, too, "
    "or set these integrations up again"
)

_RunServer = Callable[
    [Settings, Database, Callable[[], bool], Instruments], Coroutine[Any, Any, None]
]

_log = structlog.get_logger()


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=_MOST_WORKERS, help="Processes; several need PostgreSQL.")
    ] = 1,
    only: Annotated[
        str | None,
        typer.Option(help="What this server does of ping,api,web,workers; needs PostgreSQL."),
    ] = None,
) -> None:
    """Run the server: bring the database up to date, listen, watch the clock, send alerts."""
    chosen = {"host": host, "port": port, "only": only}
    settings = load_settings({name: value for name, value in chosen.items() if value is not None})
    set_up_logs(settings)
    file = file_of(settings.database_url)
    if workers > 1 and file is not None:
        fail("--workers needs PostgreSQL: an embedded database has one server", WRONG_SETTING)
    if settings.only != ALL_DUTIES and file is not None:
        fail(
            "--only (CRONBEATS_ONLY) needs PostgreSQL: an embedded database has one server, "
            "which has to do everything",
            WRONG_SETTING,
        )
    for name in unknown_settings(os.environ):
        _log.warning("unknown_setting", name=name)
    if settings.oidc_issuer.startswith("http://"):
        hint = "whoever is on the way to the provider can sign in as anybody: use https://"
        _log.warning("provider_without_tls", hint=hint)
    try:
        check_port(settings.host, settings.port)
        lock = None if file is None else FileLock(file)
        cipher = cipher_for(settings)
    except SettingError as error:
        fail(str(error), WRONG_SETTING)
    except CronBeatsError as error:
        fail(str(error))
    if workers > 1:
        asyncio.run(_prepare(settings, cipher))
        _serve_with_workers(settings, cipher, workers)
    else:
        uvloop.run(_serve(settings, cipher))
    if lock is not None:
        lock.release()


async def _prepare(settings: Settings, cipher: Cipher) -> None:
    async with open_database(settings, cipher) as db:
        await _make_ready(settings, db)


async def _serve(settings: Settings, cipher: Cipher) -> None:
    async with open_database(settings, cipher) as db:
        await _make_ready(settings, db)
        await _run(settings, db, lambda: False)


def _serve_with_workers(settings: Settings, cipher: Cipher, count: int) -> None:
    run_server = _import_server()
    memory, parent = Memory(count), os.getpid()

    async def serve_as(process: int) -> None:
        instruments = Instruments(memory, process)
        async with open_database(settings, cipher) as db:
            await run_server(settings, db, _has_other_parent_than(parent), instruments)

    def work(process: int) -> None:
        try:
            uvloop.run(serve_as(process))
        except typer.Exit as end:
            sys.exit(end.exit_code)

    supervise(work, count)


async def _make_ready(settings: Settings, db: Database) -> None:
    await migrate(db)
    sealing = await seal_secrets(db)
    if sealing.sealed:
        _log.info("secrets_sealed", integrations=sealing.sealed)
    if sealing.sealed_factors:
        _log.info("secrets_sealed", second_factors=sealing.sealed_factors)
    if sealing.unreadable_factors:
        hint = "start with the key that they were stored with, too; recovery codes still work"
        _log.error("secrets_unreadable", second_factors=sealing.unreadable_factors, hint=hint)
    if sealing.unreadable:
        _log.error("secrets_unreadable", integrations=sealing.unreadable, hint=_GIVE_IT_BACK)
    serves_pages = Duty.WEB in settings.only
    _greet(settings, await offer_first_run(db, system_clock()) if serves_pages else None)


async def _run(settings: Settings, db: Database, is_orphan: Callable[[], bool]) -> None:
    await _import_server()(settings, db, is_orphan, Instruments())


def _import_server() -> _RunServer:
    # Only a server needs all of it: without it, every other command starts twice as fast.
    with importing():
        from cronbeats.cli.server import run_server  # noqa: PLC0415

    return run_server


def _has_other_parent_than(parent: int) -> Callable[[], bool]:
    return lambda: os.getppid() != parent


def _greet(settings: Settings, first_run: str | None) -> None:
    duties = "" if settings.only == ALL_DUTIES else f" for {', '.join(in_order(settings.only))}"
    typer.echo(f"CronBeats {__version__} listens on {settings.own_url}{duties}")
    if first_run is None:
        return
    # The other terminal does not know where this server listens, unless it is where all do.
    is_usual = settings.base_url == Settings().base_url
    address = "" if is_usual else f"CRONBEATS_PUBLIC_URL={shlex.quote(settings.base_url)} "
    typer.echo(
        "\nThere is no workspace yet. Make yours in a browser; this link works once, and no "
        "longer than until a server prints a newer one:\n\n"
        f"    {settings.base_url}/first-run/{first_run}\n\n"
        "Or make one in another terminal, in this directory:\n\n"
        f"    {address}{own_command()} init --workspace Home --email you@example.com\n"
    )
