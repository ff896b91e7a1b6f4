"""The composition root: everything is put together here, from settings, a clock and senders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from cronbeats.api.app import build_api
from cronbeats.api.context import ApiContext
from cronbeats.api.openapi_door import PublishedDocument
from cronbeats.clock import Clock
from cronbeats.domain.access import PLANS, Plans
from cronbeats.domain.duty import Duty
from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.membership import Invitation
from cronbeats.domain.storm import StormRule
from cronbeats.edge.absent_door import AbsentDoor
from cronbeats.edge.asgi import AsgiApp, Receive, Scope, Send
from cronbeats.edge.slow_body import Patience
from cronbeats.edge.turnstile import AT_ONCE, Turnstile
from cronbeats.instruments import Door, Instruments
from cronbeats.ops.health import Health
from cronbeats.ops.metrics import PATH as METRICS_PATH
from cronbeats.ops.metrics import MetricsDoor
from cronbeats.ping.app import PingDoor
from cronbeats.ping.intake import Intake
from cronbeats.ping.reader import PATIENCE_SECONDS
from cronbeats.senders.protocol import IdentityProvider, Postman, Senders
from cronbeats.services.mail_invitations import send_invitation
from cronbeats.services.receive_signals import Arrival, Batch, receive_signals
from cronbeats.services.recover_accounts import send_reset
from cronbeats.services.sign_in_elsewhere import Terms
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import server_time
from cronbeats.storage.password_hashes import PasswordHashes
from cronbeats.web.app import WebDoor
from cronbeats.web.hub import Hub
from cronbeats.web.recognition import namer, recognizer
from cronbeats.web.visit import ProxySignIn, WebContext
from cronbeats.workers.errands import Errands
from cronbeats.workers.key_uses import KeyUses
from cronbeats.workers.lookout import BEAT_FOR_OTHERS_SECONDS, BEAT_SECONDS, Lookout
from cronbeats.workers.relay import Relay
from cronbeats.workers.roster import Roster, build_roster

_PATIENCE_WITH_ERRANDS_SECONDS = 5.0


class App:
    """One server: its doors as an ASGI app, and its loops."""

    _at_work = 0

    def __init__(
        self,
        settings: Settings,
        db: Database,
        clock: Clock,
        senders: Senders,
        lookout: Lookout | None = None,
        *,
        plans: Plans = PLANS,
        hashes: PasswordHashes | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        postman: Postman | None = None,
        provider: IdentityProvider | None = None,
        instruments: Instruments | None = None,
    ) -> None:
        self._db = db
        self._patience, self._patience_with_pings = Patience(), Patience(PATIENCE_SECONDS)
        self._errands = Errands()
        self._lookout = lookout or _lookout(settings.only, db, clock)
        self._instruments = instruments or Instruments()
        self._intake = self._build_intake()
        self._hub = Hub()
        self._relay = self._listening_relay(db)
        key_uses = KeyUses(db)
        self._roster = self._build_roster(settings, clock, senders, key_uses)
        absent: AsgiApp = AbsentDoor(settings.only)
        self._ping = self._api = self._web = absent
        if Duty.PING in settings.only:
            self._ping = self._ping_door(settings, clock)
        if settings.only & {Duty.API, Duty.WEB}:
            context = ApiContext(
                db,
                clock,
                self._lookout.windows,
                senders,
                settings.base_url,
                self._wake_courier,
                plans,
                pause,
            )
            # Pages show the document of the API, also where the API itself is served elsewhere.
            api = self._build_api(settings, context, key_uses)
            web = self._web_context(settings, context, api, hashes=hashes, postman=postman)
            if Duty.API in settings.only:
                self._api = api
            if Duty.WEB in settings.only:
                self._web = self._web_door(self._with_others_words(web, settings, provider))
        self._health = Health(db, self._roster.vital, self._warnings)
        token = settings.metrics_token
        self._metrics = MetricsDoor(db, clock, self._instruments, token) if token else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the loops while the block runs; at its end, finish what was taken."""
        loops = asyncio.create_task(self._roster.run())
        try:
            yield
        finally:
            self.end_streams()
            await self._intake.drain()
            self._roster.stop()
            await self._errands.finish(_PATIENCE_WITH_ERRANDS_SECONDS)
            await loops
            if self._relay is not None:
                await self._relay.close()

    def end_streams(self) -> None:
        """End what would last for as long as a client wants, as this server is about to stop."""
        self._hub.close()
        self._patience.end()
        self._patience_with_pings.end()

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self._at_work == 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection: each path has its door."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self._at_work += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._at_work -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if f"{path}/".startswith("/ping/"):
            await self._ping(scope, receive, send)
        elif f"{path}/".startswith("/api/"):
            await self._api(scope, receive, send)
        elif path == "/healthz":
            await self._health.alive(send)
        elif path == "/readyz":
            await self._health.ready(send)
        elif path == METRICS_PATH and self._metrics is not None:
            await self._metrics(scope, receive, send)
        else:
            await self._web(scope, receive, send)

    def _build_intake(self) -> Intake:
        return Intake(
            self._receive,
            self._wake_courier,
            note_refusal=self._lookout.note_refusal,
            instruments=self._instruments,
        )

    def _build_roster(
        self, settings: Settings, clock: Clock, senders: Senders, key_uses: KeyUses
    ) -> Roster:
        return build_roster(
            self._db,
            clock,
            senders,
            self._lookout,
            key_uses,
            duties=settings.only,
            oldest_unsettled=self._intake.oldest_unsettled,
            history_per_job=settings.history_per_job,
            alert_history=timedelta(days=settings.alert_history_days),
            audit_log=timedelta(days=settings.audit_log_days),
            storms=_storms(settings),
            instruments=self._instruments,
            more=[self._relay.loop] if self._relay else [],
        )

    def _listening_relay(self, db: Database) -> Relay | None:
        """Let open pages hear what changes here and, if others use the database, there as well."""
        db.listen(self._hub.hear)
        if not db.is_shared:
            return None
        relay = Relay(db, self._hub.hear, self._hub.hear_any)
        db.listen(relay.note)
        return relay

    def _ping_door(self, settings: Settings, clock: Clock) -> PingDoor:
        return PingDoor(
            self._intake,
            clock,
            rate_per_second=settings.ping_rate_per_second,
            body_limit=settings.ping_body_limit,
            instruments=self._instruments,
            trusted_proxies=settings.trusted_proxies,
            patience=self._patience_with_pings,
        )

    def _build_api(
        self, settings: Settings, context: ApiContext, key_uses: KeyUses
    ) -> PublishedDocument:
        return build_api(
            context,
            key_uses.note,
            trusted_proxies=settings.trusted_proxies,
            turnstile=self._turnstile(Door.API),
            patience=self._patience,
        )

    def _web_door(self, context: WebContext) -> WebDoor:
        return WebDoor(context, turnstile=self._turnstile(Door.WEB), patience=self._patience)

    def _turnstile(self, door: Door) -> Turnstile:
        """Return what lets few in at a time, and fewer while more pings wait than can be stored."""

        def at_once() -> int:
            return 1 if self._intake.is_pressed() else AT_ONCE

        return Turnstile(self._instruments.overloads[door].add, at_once=at_once)

    def _web_context(
        self,
        settings: Settings,
        api: ApiContext,
        published: PublishedDocument,
        *,
        hashes: PasswordHashes | None,
        postman: Postman | None,
    ) -> WebContext:
        return WebContext(
            self._db,
            api.clock,
            api.blind_windows,
            api.base_url,
            api.plans,
            hashes or PasswordHashes(),
            recognizer(self._db),
            lambda: published.document,
            api.senders,
            self._wake_courier,
            settings.trusted_proxies,
            settings.development,
            begin_reset=self._begin_reset(postman, settings.base_url, api.clock),
            begin_invitation=self._begin_invitation(postman),
            pause=api.pause,
            storms=_storms(settings),
            hub=self._hub,
        )

    def _with_others_words(
        self, web: WebContext, settings: Settings, provider: IdentityProvider | None
    ) -> WebContext:
        """Let people in by the word of a provider, or of a proxy, as the settings say."""
        terms = Terms(settings.password_sign_in, settings.oidc_sign_up)
        proxy = None
        if header := settings.proxy_auth_header:
            proxy = ProxySignIn(header, namer(self._db), settings.proxy_sign_out_url)
        begin_reset = web.begin_reset if terms.passwords_count else None
        return replace(web, provider=provider, terms=terms, proxy=proxy, begin_reset=begin_reset)

    def _begin_reset(
        self, postman: Postman | None, base_url: str, clock: Clock
    ) -> Callable[[str], None] | None:
        if postman is None or not postman.is_available:
            return None

        def begin(email: str) -> None:
            errand = send_reset(self._db, postman, email, base_url, clock())
            self._errands.begin("send_reset", errand)

        return begin

    def _begin_invitation(
        self, postman: Postman | None
    ) -> Callable[[Invitation, str], None] | None:
        if postman is None or not postman.is_available:
            return None

        def begin(invitation: Invitation, link: str) -> None:
            errand = send_invitation(self._db, postman, invitation, link)
            self._errands.begin("send_invitation", errand, invitation_id=invitation.id)

        return begin

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _receive(self, arrivals: Sequence[Arrival]) -> Batch:
        try:
            blind = await self._lookout.windows()
        except UnavailableError as error:
            return Batch([error] * len(arrivals))
        return await receive_signals(self._db, arrivals, blind)

    def _warnings(self) -> dict[str, str]:
        return {**self._lookout.warnings(), **self._intake.warnings()}

    def _wake_courier(self) -> None:
        self._roster.owed()


def _lookout(duties: frozenset[Duty], db: Database, clock: Clock) -> Lookout:
    """Return what beats for the pings that can be taken here, or looks for others' beats."""
    beat_seconds = BEAT_SECONDS if Duty.WORKERS in duties else BEAT_FOR_OTHERS_SECONDS
    if Duty.PING in duties:
        return Lookout(db, clock, server_time, beat_seconds=beat_seconds)
    return Lookout(db, clock, server_time, hears=False)


def _storms(settings: Settings) -> StormRule:
    return StormRule(settings.storm_above, timedelta(seconds=settings.storm_hold_seconds))
