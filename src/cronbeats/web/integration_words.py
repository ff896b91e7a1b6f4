"""What integrations are called on pages, and what to do when one does not take a message."""

from __future__ import annotations

from http import HTTPStatus

from cronbeats.domain.attempt import Attempt
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import ConfigField

TITLES = {
    IntegrationKind.SLACK: "Slack",
    IntegrationKind.DISCORD: "Discord",
    IntegrationKind.TELEGRAM: "Telegram",
    IntegrationKind.WEBHOOK: "Webhook",
    IntegrationKind.EMAIL: "E-mail",
    IntegrationKind.APPRISE: "Apprise",
}
ABOUT = {
    IntegrationKind.SLACK: "A channel of Slack, or of a service that reads its format.",
    IntegrationKind.DISCORD: "A channel of a Discord server.",
    IntegrationKind.TELEGRAM: "A chat, a group or a channel, told by a bot of yours.",
    IntegrationKind.WEBHOOK: "A program of your own, called for each alert.",
    IntegrationKind.EMAIL: "People, each with a mail of their own.",
    IntegrationKind.APPRISE: "A hundred more services, each named by a URL.",
}
_LABELS = {
    "webhook_url": "Webhook URL",
    "bot_token": "Bot token",
    "chat_id": "Chat ID",
    "url": "URL",
    "secret": "Signing secret",
    "addresses": "E-mail addresses",
    "urls": "Apprise URLs",
}
_FIRST_ERROR, _REDIRECT, _SERVER_ERROR = 400, 300, 500
_NO_ANSWER = (
    "Check the address, and that this server can reach it: its name service, its firewall, "
    "whatever stands between the two."
)
_GONE = "Whatever was set up there is gone or not valid any more: make a new one, and set it up."
_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: _GONE,
    HTTPStatus.FORBIDDEN: _GONE,
    HTTPStatus.NOT_FOUND: _GONE,
    HTTPStatus.GONE: _GONE,
    HTTPStatus.TOO_MANY_REQUESTS: "It wants fewer messages: try again in a while. Alerts wait.",
}
_OWN_PROGRAM = {
    HTTPStatus.UNAUTHORIZED: "Let the program take requests that are not signed in.",
    HTTPStatus.FORBIDDEN: "Let the program, or what stands in front of it, take the request.",
    HTTPStatus.NOT_FOUND: "Check the path of the URL, and that the program is running.",
    HTTPStatus.GONE: "The program asks to be told nothing any more; set up another URL.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The program must take POST requests at this URL.",
}
_WITHOUT_STATUS = {
    IntegrationKind.EMAIL: (
        "Check the addresses, and whether the mail server that messages leave through takes them."
    ),
    IntegrationKind.APPRISE: (
        "Check each URL against what Apprise says of its service, and that this server reaches it."
    ),
}
_CHAT_NOT_FOUND = (
    "Check the chat ID. Add the bot to the group or channel; in a chat with it alone, write to it "
    "first."
)


def label_of(field: ConfigField) -> str:
    """Return what a value is called beside its field."""
    return _LABELS.get(field.name) or field.name.replace("_", " ").capitalize()


def advice_on(kind: IntegrationKind, attempt: Attempt) -> str:
    """Return what to do about an attempt that did not get through."""
    status = attempt.status_code
    if kind in _WITHOUT_STATUS:
        return _WITHOUT_STATUS[kind]
    if status is None:
        return _NO_ANSWER
    if kind is IntegrationKind.WEBHOOK and status in _OWN_PROGRAM:
        return _OWN_PROGRAM[HTTPStatus(status)]
    if kind is IntegrationKind.TELEGRAM and status in {_FIRST_ERROR, HTTPStatus.FORBIDDEN}:
        return _CHAT_NOT_FOUND
    return _by_status(status)


def _by_status(status: int) -> str:
    if status in _BY_STATUS:
        return _BY_STATUS[HTTPStatus(status)]
    if status >= _SERVER_ERROR:
        return "The trouble is on the other side: try again in a while."
    if _REDIRECT <= status < _FIRST_ERROR:
        return "Redirects are not followed: set up the address that it leads to."
    return "Check what is set up: the other side does not accept the message as it is sent."
