"""Each sender together with the service that it tells, or rather with what stands for it here."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import Sender
from cronbeats.senders.registry import HttpClient, build_senders
from tests.senders.examples import NOW
from tests.senders.mail import config, server_at
from tests.support.stand_ins.discord import DiscordStandIn
from tests.support.stand_ins.http import HttpStandIn, listening
from tests.support.stand_ins.mail import ADDRESSES, mail_stand_in
from tests.support.stand_ins.script import Script
from tests.support.stand_ins.slack import SlackStandIn
from tests.support.stand_ins.telegram import TelegramStandIn
from tests.support.stand_ins.webhook import WebhookStandIn

PATIENCE_SECONDS = 0.5


class StandIn(Protocol):
    """What stands for a service: behaves as it is told, and keeps what it took."""

    def behave(self, choose: Callable[[], Script]) -> None: ...

    @property
    def taken(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Rig:
    """A sender, an integration's values, and who is told."""

    sender: Sender
    config: dict[str, str]
    stand_in: StandIn


HTTP_STAND_INS: dict[IntegrationKind, type[HttpStandIn]] = {
    IntegrationKind.SLACK: SlackStandIn,
    IntegrationKind.DISCORD: DiscordStandIn,
    IntegrationKind.TELEGRAM: TelegramStandIn,
    IntegrationKind.WEBHOOK: WebhookStandIn,
}


def rig_of(kind: IntegrationKind) -> AbstractAsyncContextManager[Rig]:
    """Set up the sender of one kind, and who it tells."""
    return _mail_rig() if kind is IntegrationKind.EMAIL else _http_rig(kind)


@asynccontextmanager
async def _http_rig(kind: IntegrationKind) -> AsyncIterator[Rig]:
    http = HttpClient(
        allowed_networks=["127.0.0.0/8"], allow_http=True, total_timeout_seconds=PATIENCE_SECONDS
    )
    async with listening(HTTP_STAND_INS[kind]()) as stand_in:
        senders = build_senders(http, lambda: NOW, telegram_api_base=stand_in.origin)
        yield Rig(senders[kind], stand_in.config, stand_in)
        await http.close()


@asynccontextmanager
async def _mail_rig() -> AsyncIterator[Rig]:
    async with mail_stand_in() as stand_in:
        server = server_at(stand_in.port, timeout_seconds=PATIENCE_SECONDS)
        sender = build_senders(HttpClient(), lambda: NOW, mail_server=server)[IntegrationKind.EMAIL]
        yield Rig(sender, config(*ADDRESSES), stand_in)
