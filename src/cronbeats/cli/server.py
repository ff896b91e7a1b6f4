"""One server process: doors, loops and database in one event loop, from start to clean end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from cronbeats.app import App
from cronbeats.cli.connections import make_room
from cronbeats.cli.exclusive import ip_of
from cronbeats.clock import system_clock
from cronbeats.instruments import Instruments
from cronbeats.senders.protocol import IdentityProvider, Senders
from cronbeats.senders.registry import (
    DEFAULT_PORTS,
    HttpClient,
    JsonClient,
    MailPostman,
    MailServer,
    Security,
    build_senders,
)
from cronbeats.settings import Settings
from cronbeats.storage.database import Database

# Clients keep connections open for 75 s; Granian's own limit for the next request is 30 s.
_IDLE_MILLISECONDS = 80_000
_BACKLOG = 2048
# An operator's stop takes at most 10 s; whatever hangs longer than this is left behind.
_LONGEST_GOODBYE_SECONDS = 9.0
# The rest of it is for what was taken, and for alerts under way.
_PATIENCE_WITH_REQUESTS_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_IDLE_LOOKS = 4
# A batch of pings makes a few thousand that are gone with it.
_NEW_OBJECTS = 20_000

_log = structlog.get_logger()


class _Granian(Protocol):
    async def serve(self) -> None: ...

    def stop(self) -> None: ...


class _Stoppable:
    """A server that answers what it was asked before it stops.

    Granian waits for every connection on which something has begun, be it half a request. So
    endless answers must end first, and whoever never ends a request is left behind.
    """

    def __init__(self, app: App, server: _Granian) -> None:
        self._app = app
        self._server = server
        self._stopping = asyncio.Event()

    async def serve(self) -> None:
        """Serve until stop() is called, and all are answered who ended their request in time."""
        serving = asyncio.ensure_future(self._server.serve())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not serving.done():
            await self._answer_the_last(serving)
        if not serving.done():
            serving.cancel()
            await asyncio.wait({serving})
            _log.info("left_behind", reason="clients that have not ended their requests")
        if not serving.cancelled():
            serving.result()

    def stop(self) -> None:
        """Let serve() end."""
        self._stopping.set()
        self._app.end_streams()
        self._server.stop()

    async def _answer_the_last(self, serving: asyncio.Future[None]) -> None:
        """Wait until all is answered, and a moment longer, as answers leave by themselves."""
        loop = asyncio.get_running_loop()
        until, idle_looks = loop.time() + _PATIENCE_WITH_REQUESTS_SECONDS, 0
        while idle_looks < _IDLE_LOOKS and loop.time() < until:
            await asyncio.wait({serving}, timeout=_LOOK_SECONDS)
            if serving.done():
                return
            idle_looks = idle_looks + 1 if self._app.is_idle else 0


async def run_server(
    settings: Settings, db: Database, is_orphan: Callable[[], bool], instruments: Instruments
) -> None:
    """Serve until SIGTERM or SIGINT comes, or `is_orphan` says that nobody minds us any more."""
    http = HttpClient(
        allowed_networks=[str(network) for network in settings.allow_private_targets],
        allow_http=settings.allow_http_targets,
    )
    postman = MailPostman(_mail_server(settings), system_clock)
    trusted_http = JsonClient()
    app = App(
        settings,
        db,
        system_clock,
        _senders(settings, http),
        postman=postman,
        provider=_provider(settings, trusted_http),
        instruments=instruments,
    )
    server = Server(
        app,
        address=ip_of(settings.host),
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.auto,
        websockets=False,
        backlog=_BACKLOG,
        # Granian counts connections, used or idle, and lets no other in beyond that.
        backpressure=make_room(),
        http1_settings=HTTP1Settings(header_read_timeout=_IDLE_MILLISECONDS),
        log_enabled=False,
    )
    stoppable = _Stoppable(app, server)
    _spare_the_collector()
    with _stopping_on_signals(stoppable):
        watch = asyncio.create_task(_stop_when_orphaned(stoppable, is_orphan))
        async with app.running():
            await stoppable.serve()
        watch.cancel()
    await trusted_http.close()
    await http.close()


def _spare_the_collector() -> None:
    """Let the garbage collector pass over what was loaded, and look less often at the rest.

    Python would go through all modules again and again, for tens of milliseconds each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _senders(settings: Settings, http: HttpClient) -> Senders:
    return build_senders(
        http,
        system_clock,
        telegram_api_base=settings.telegram_api_url,
        pages=settings.base_url,
        mail_server=_mail_server(settings),
        allow_apprise=settings.allow_apprise,
    )


def _mail_server(settings: Settings) -> MailServer | None:
    if not settings.smtp_host or settings.smtp_from is None:
        return None
    security = Security(settings.smtp_security)
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port or DEFAULT_PORTS[security],
        sender=settings.smtp_from.address,
        sender_name=settings.smtp_from.name,
        security=security,
        username=settings.smtp_username,
        password=settings.smtp_password,
        timeout_seconds=settings.smtp_timeout_seconds,
    )


def _provider(settings: Settings, http: JsonClient) -> IdentityProvider | None:
    if not settings.oidc_issuer:
        return None
    # What reads signed tokens takes 3 MiB, and few servers have a provider.
    from cronbeats.senders.oidc import OidcProvider, OidcSettings  # noqa: PLC0415

    provider = OidcSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect_uri=f"{settings.base_url}/sign-in/oidc/callback",
        name=settings.oidc_name,
        client_secret=settings.oidc_client_secret,
    )
    return OidcProvider(provider, http, system_clock)


@contextmanager
def _stopping_on_signals(server: _Stoppable) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        _log.info("stopping")
        loop.call_later(_LONGEST_GOODBYE_SECONDS, _leave_at_once)
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    yield
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.remove_signal_handler(number)


async def _stop_when_orphaned(server: _Stoppable, is_orphan: Callable[[], bool]) -> None:
    while not is_orphan():  # noqa: ASYNC110 - there is no event for the death of a parent
        await asyncio.sleep(1)
    _log.error("stopping", reason="the process that started this one is gone")
    asyncio.get_running_loop().call_later(_LONGEST_GOODBYE_SECONDS, _leave_at_once)
    server.stop()


def _leave_at_once() -> None:
    """End although something hangs: what was acknowledged is committed, what is owed is kept."""
    _log.error("stopped_hard", reason=f"not done within {_LONGEST_GOODBYE_SECONDS:.0f} s")
    os._exit(1)
