"""Discord: webhooks (https://docs.discord.com/developers/resources/webhook#execute-webhook)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from cronbeats.domain.alert import Alert, Digest
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
from cronbeats.senders._message import LINK_TEXT, Message, message_of
from cronbeats.senders._text import cut, defuse_backticks, listed, output_tail
from cronbeats.senders.protocol import ConfigField

# Discord allows 4096 in a description and 6000 in a whole embed; these leave room for all parts.
_TITLE_LENGTH = 256
_SENTENCE_LENGTH = 2000
_LIST_LENGTH = 1800
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
    unavailable = None
    fields = (
        ConfigField(
            "webhook_url",
            "The channel's webhook URL, from Server Settings → Integrations → Webhooks",
            is_url=True,
            example="https://discord.com/api/webhooks/1/example",
        ),
    )

    def __init__(self, http: HttpClient, pages: str = "") -> None:
        self._http = http
        self._pages = pages

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return explain_bad_values(self.fields, config, self._http)

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        return await self._tell(config, alert)

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        return await self._tell(config, digest)

    def compose(self, told: Alert | Digest) -> dict[str, object]:
        """Return the message: one embed with a bar of colour, which can mention nobody."""
        message = message_of(told, self._pages)
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
            "timestamp": told.occurred_at.isoformat(),
        }
        if message.workspace:
            embed["footer"] = {"text": cut(message.workspace, _FOOTER_LENGTH)}
        return {"embeds": [embed], "allowed_mentions": {"parse": []}}

    async def _tell(self, config: Mapping[str, str], told: Alert | Digest) -> Delivery:
        url = _waiting(config.get("webhook_url", ""))
        answer = await self._http.post(url, json.dumps(self.compose(told)).encode())
        return _delivery(answer) if isinstance(answer, Answer) else answer


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
    output = output_tail(message.output, defuse_backticks)
    parts = [
        cut(message.sentence, _SENTENCE_LENGTH, _escape),
        listed(message.items, _LIST_LENGTH, _escape),
        f"```\n{output}\n```" if output else "",
        # The title could bear the link, but Discord would refuse all of a message whose link it
        # does not like, such as one to a name without a dot.
        f"[{LINK_TEXT}](<{message.link}>)" if message.link else "",
    ]
    return "\n".join(part for part in parts if part)


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
