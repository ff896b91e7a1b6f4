"""Slack: incoming webhooks (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).

Services that understand Slack's format, such as Mattermost, can be told with it as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cronbeats.domain.alert import Alert, Digest
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._answers import BROKEN_STATUSES, Answer, delivery_of
from cronbeats.senders._config import explain_bad_values
from cronbeats.senders._http import HttpClient
from cronbeats.senders._message import LINK_TEXT, Fact, Message, message_of
from cronbeats.senders._text import cut, defuse_backticks, listed, output_tail
from cronbeats.senders.protocol import ConfigField

Block = dict[str, object]

# https://docs.slack.dev/reference/block-kit/blocks allows 3000 in a section, 2000 in a field.
_TEXT_LENGTH = 3000
_HEADER_LENGTH = 150
_FIELD_LENGTH = 2000
_WORKSPACE_LENGTH = 150
# Slack tells what is wrong with one word as its body. These are about the hook, not the message,
# whatever the status that comes with them.
_BROKEN_WORDS = frozenset(
    {
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "posting_to_general_channel_denied",
        "team_disabled",
        "user_not_found",
    }
)


class SlackSender:
    """Tells a channel on Slack."""

    kind = IntegrationKind.SLACK
    unavailable = None
    fields = (
        ConfigField(
            "webhook_url",
            "The URL of an incoming webhook, from your Slack app",
            is_url=True,
            example="https://hooks.slack.com/services/T00000000/B00000000/example",
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
        """Return the message: a sentence, and the details beneath it behind a bar of colour."""
        message = message_of(told, self._pages)
        return {
            "text": cut(message.sentence, _TEXT_LENGTH, _escape),
            # Job names come from people: no formatting, no mentions, no previews.
            "mrkdwn": False,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "attachments": [
                {
                    "color": f"#{message.colour:06x}",
                    "fallback": cut(message.title, _HEADER_LENGTH, _escape),
                    "blocks": _blocks(message),
                }
            ],
        }

    async def _tell(self, config: Mapping[str, str], told: Alert | Digest) -> Delivery:
        body = json.dumps(self.compose(told)).encode()
        answer = await self._http.post(config.get("webhook_url", ""), body)
        return _delivery(answer) if isinstance(answer, Answer) else answer


def _delivery(answer: Answer) -> Delivery:
    is_broken = answer.status_code in BROKEN_STATUSES or answer.text.strip() in _BROKEN_WORDS
    return delivery_of(answer, "Slack", is_broken=is_broken)


def _blocks(message: Message) -> list[Block]:
    blocks: list[Block] = [{"type": "header", "text": _plain(message.title, _HEADER_LENGTH)}]
    if message.facts:
        blocks.append({"type": "section", "fields": [_field(fact) for fact in message.facts]})
    if message.items:
        items = listed(message.items, _TEXT_LENGTH, _escape)
        blocks.append({"type": "section", "text": _escaped(items)})
    output = output_tail(message.output, _escape_code)
    if output:
        blocks.append({"type": "section", "text": _markdown(f"```\n{output}\n```")})
    if context := list(_context(message)):
        blocks.append({"type": "context", "elements": context})
    return blocks


def _context(message: Message) -> Iterator[Block]:
    if message.link:
        yield _markdown(f"<{_escape(message.link)}|{LINK_TEXT}>")
    if message.workspace:
        yield _plain(message.workspace, _WORKSPACE_LENGTH)


def _field(fact: Fact) -> Block:
    label, value = _escape(fact.label), cut(fact.value, _FIELD_LENGTH // 2, _escape)
    return _markdown(f"*{label}*\n{value}")


def _plain(text: str, limit: int) -> Block:
    return _escaped(cut(text, limit, _escape))


def _escaped(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _markdown(text: str) -> Block:
    # `verbatim` keeps Slack from looking for links, channels and names.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_code(text: str) -> str:
    return defuse_backticks(_escape(text))
