"""Discord: webhooks (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cronbeats.domain.alert import Alert
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._answers import (
    BROKEN_STATUSES,
    Answer,
    delivery_of,
    json_object,
    seconds_in,
)
from cronbeats.senders._config import explain_bad_values
from cronbeats.senders._http import HttpClient
from cronbeats.senders._message import Message, message_of
from cronbeats.senders._text import cut, defuse_backticks, output_tail
from cronbeats.senders.protocol import ConfigField

# Discord allows 4096 in a description and 6000 in a whole embed; these leave room for all parts.
_TITLE_LENGTH = 256
_SENTENCE_LENGTH = 2000
_VALUE_LENGTH = 200
_FOOTER_LENGTH = 200
_MARKUP = re.compile(r"[\\*_~`|<>\[\]()#@]")
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json: an unknown channel, an
# unknown webhook, an invalid webhook token, an archived thread, a locked thread, a forum without
# the name of a thread.
_BROKEN_CODES = frozenset({10003, 10015, 50027, 50083, 160005, 220001})


class DiscordSender:
    """Tells a channel on Discord."""

    kind = IntegrationKind.DISCORD
    fields = (
        ConfigField(
            "webhook_url",
            "The channel's webhook URL, from Server Settings → Integrations → Webhooks",
            is_url=True,
        ),
    )

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return explain_bad_values(self.fields, config, self._http)

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        url = _waiting(config.get("webhook_url", ""))
        answer = await self._http.post(url, json.dumps(self.compose(alert)).encode())
        return _delivery(answer) if isinstance(answer, Answer) else answer

    def compose(self, alert: Alert) -> dict[str, object]:
        """Return the message: one embed with a bar of colour, which can mention nobody."""
        message = message_of(alert)
        embed: dict[str, object] = {
            "title": cut(message.title, _TITLE_LENGTH, _escape),
            "description": _description(message),
            "color": message.colour,
            "fields": [
                {
                    "name": fact.label,
                    "value": cut(fact.value, _VALUE_LENGTH, _escape),
                    "inline": True,
                }
                for fact in message.facts
            ],
            "timestamp": alert.occurred_at.isoformat(),
        }
        if message.workspace:
            embed["footer"] = {"text": cut(message.workspace, _FOOTER_LENGTH)}
        return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _delivery(answer: Answer) -> Delivery:
    told = json_object(answer)
    said, code = told.get("message"), told.get("code")
    return delivery_of(
        answer,
        "Discord",
        said=said if isinstance(said, str) else None,
        retry_after_seconds=seconds_in(told.get("retry_after")),
        is_broken=answer.status_code in BROKEN_STATUSES
        or (isinstance(code, int) and code in _BROKEN_CODES),
    )


def _waiting(url: str) -> str:
    # Without it Discord answers before it has looked at the message.
    return f"{url}{'&' if '?' in url else '?'}wait=true" if url else ""


def _description(message: Message) -> str:
    sentence = cut(message.sentence, _SENTENCE_LENGTH, _escape)
    output = output_tail(message.output, defuse_backticks)
    return f"{sentence}\n```\n{output}\n```" if output else sentence


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
