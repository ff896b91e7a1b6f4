"""Telegram: messages of a bot (https://core.telegram.org/bots/api#sendmessage)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from cronbeats.domain.alert import Alert, Digest
from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._answers import (
    BROKEN_STATUSES,
    Answer,
    delivery_of,
    describe,
    json_object,
    seconds_in,
)
from cronbeats.senders._config import explain_bad_values
from cronbeats.senders._http import HttpClient
from cronbeats.senders._message import LINK_TEXT, message_of
from cronbeats.senders._text import cut, defuse_at_signs, listed, output_tail
from cronbeats.senders.protocol import ConfigField

API_BASE = "https://api.telegram.org"
_TOKEN = re.compile(r"[0-9]{1,20}:[0-9A-Za-z_-]{3,100}")
_CHAT = re.compile(r"-?[0-9]{1,20}|@[0-9A-Za-z_]{1,64}")
# What it says of a chat that takes no message of this bot, although the status is 400.
_BROKEN = re.compile(
    r"chat not found|user not found|not enough rights|have no rights|need administrator rights"
    r"|group (chat )?was (upgraded|deactivated|deleted)|group is deactivated|thread not found"
    r"|TOPIC_CLOSED|TOPIC_DELETED|PEER_ID_INVALID|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED"
    r"|CHAT_ADMIN_REQUIRED|CHANNEL_PRIVATE",
    re.IGNORECASE,
)
# Telegram allows 4096 without the markup; these are counted with it and leave room for all parts.
_TITLE_LENGTH = 300
_SENTENCE_LENGTH = 1500
_LIST_LENGTH = 1500
_VALUE_LENGTH = 100
_WORKSPACE_LENGTH = 200


class TelegramSender:
    """Tells a chat, a group or a channel on Telegram.

    `api_base` may be the operator's own Bot API server.
    """

    kind = IntegrationKind.TELEGRAM
    unavailable = None
    fields = (
        ConfigField(
            "bot_token",
            "The bot's token, from @BotFather",
            example="123456789:AAExampleExampleExampleExampleExamp",
        ),
        ConfigField(
            "chat_id",
            "The ID of the chat or group, such as -1001234567890, or a channel's @name",
            is_secret=False,
            example="123456789",
        ),
    )

    def __init__(self, http: HttpClient, api_base: str = API_BASE, pages: str = "") -> None:
        self._http = http
        self._pages = pages
        self._api_base = api_base.rstrip("/")

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        bad = explain_bad_values(self.fields, config, self._http)
        token, chat = config.get("bot_token"), config.get("chat_id")
        if token and not _TOKEN.fullmatch(token):
            bad.setdefault(
                "bot_token", ["Must look like 123456789:AbCdEf…, as @BotFather gave it."]
            )
        if chat and not _CHAT.fullmatch(chat):
            bad.setdefault("chat_id", ["Must be a number, or a channel's name such as @alerts."])
        return bad

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        return await self._tell(config, alert)

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        return await self._tell(config, digest)

    def compose(self, told: Alert | Digest) -> dict[str, object]:
        """Return the message, all but its `chat_id`."""
        message = message_of(told, self._pages)
        facts = [
            f"<b>{_escape(fact.label)}:</b> {cut(fact.value, _VALUE_LENGTH, _escape)}"
            for fact in message.facts
        ]
        parts = [
            _tagged("b", cut(message.title, _TITLE_LENGTH, _escape)),
            cut(message.sentence, _SENTENCE_LENGTH, _escape),
            listed(message.items, _LIST_LENGTH, _escape),
            "\n".join(facts),
            _tagged("pre", output_tail(message.output, _escape_code)),
            f'<a href="{html.escape(message.link)}">{LINK_TEXT}</a>' if message.link else "",
            _tagged("i", cut(message.workspace, _WORKSPACE_LENGTH, _escape)),
        ]
        return {
            "text": "\n\n".join(part for part in parts if part),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }

    async def _tell(self, config: Mapping[str, str], told: Alert | Digest) -> Delivery:
        message = {"chat_id": config.get("chat_id", ""), **self.compose(told)}
        answer = await self._post(config, message)
        if not isinstance(answer, Answer):
            return answer
        new_id = _new_chat_id(answer)
        return _delivery(answer) if new_id is None else await self._follow(config, message, new_id)

    async def _follow(
        self, config: Mapping[str, str], message: dict[str, object], new_id: int
    ) -> Delivery:
        """Tell a group that has become a supergroup, under the ID that Telegram named."""
        answer = await self._post(config, {**message, "chat_id": new_id})
        if not isinstance(answer, Answer):
            return answer
        delivery = _delivery(answer)
        if isinstance(delivery, Delivered):
            return replace(delivery, warning=f"The group has a new ID: set chat_id to {new_id}.")
        return delivery

    async def _post(
        self, config: Mapping[str, str], message: dict[str, object]
    ) -> Answer | Unreachable | Refused:
        token = config.get("bot_token", "")
        return await self._http.post(
            f"{self._api_base}/bot{quote(token, safe=':')}/sendMessage",
            json.dumps(message).encode(),
            secrets=(token, token.partition(":")[2]),
        )


def _delivery(answer: Answer) -> Delivery:
    told = json_object(answer)
    description = told.get("description")
    said = description if isinstance(description, str) else None
    is_broken = answer.status_code in BROKEN_STATUSES or bool(said and _BROKEN.search(said))
    delivery = delivery_of(
        answer,
        "Telegram",
        said=said,
        retry_after_seconds=seconds_in(_parameters(answer).get("retry_after")),
        is_broken=is_broken,
    )
    if isinstance(delivery, Delivered) and told.get("ok") is False:
        return Refused(
            describe(answer, "Telegram", said),
            answer.status_code,
            is_broken,
            duration_ms=answer.duration_ms,
            answer=answer.start,
        )
    return delivery


def _new_chat_id(answer: Answer) -> int | None:
    new_id = _parameters(answer).get("migrate_to_chat_id")
    return new_id if isinstance(new_id, int) and not isinstance(new_id, bool) else None


def _parameters(answer: Answer) -> dict[str, object]:
    """Return what Telegram adds for programs (https://core.telegram.org/bots/api#responseparameters)."""
    parameters = json_object(answer).get("parameters")
    return parameters if isinstance(parameters, dict) else {}


def _tagged(tag: str, escaped: str) -> str:
    return f"<{tag}>{escaped}</{tag}>" if escaped else ""


def _escape(text: str) -> str:
    return defuse_at_signs(_escape_code(text))


def _escape_code(text: str) -> str:
    return html.escape(text, quote=False)
