"""All senders there are: a new integration is one file and one line here."""

from __future__ import annotations

from cronbeats.senders._http import HttpClient
from cronbeats.senders._json_http import JsonClient
from cronbeats.senders._mail_server import DEFAULT_PORTS, MailServer, Security
from cronbeats.senders.apprise import AppriseSender
from cronbeats.senders.discord import DiscordSender
from cronbeats.senders.email import EmailSender
from cronbeats.senders.postman import MailPostman
from cronbeats.senders.protocol import Clock, Sender, Senders
from cronbeats.senders.slack import SlackSender
from cronbeats.senders.telegram import API_BASE, TelegramSender
from cronbeats.senders.webhook import WebhookSender

__all__ = [
    "DEFAULT_PORTS",
    "HttpClient",
    "JsonClient",
    "MailPostman",
    "MailServer",
    "Security",
    "build_senders",
]


def build_senders(
    http: HttpClient,
    clock: Clock,
    *,
    telegram_api_base: str = API_BASE,
    mail_server: MailServer | None = None,
    allow_apprise: bool = False,
    pages: str = "",
) -> Senders:
    """Return every sender by the kind of integration that it tells, in the order people see.

    `pages` is the address of the pages for people, to which messages link; empty for no links.
    """
    senders: tuple[Sender, ...] = (
        SlackSender(http, pages),
        DiscordSender(http, pages),
        TelegramSender(http, telegram_api_base, pages),
        WebhookSender(http, clock),
        EmailSender(mail_server, clock, pages),
        AppriseSender(is_allowed=allow_apprise, pages=pages),
    )
    return {sender.kind: sender for sender in senders}
