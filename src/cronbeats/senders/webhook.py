"""Custom webhooks: alerts for programs, signed so that they can tell who sent them."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import orjson

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob
from cronbeats.domain.delivery import Delivery, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._answers import Answer, delivery_of
from cronbeats.senders._config import explain_bad_values
from cronbeats.senders._http import HttpClient
from cronbeats.senders._urls import MAX_LENGTH
from cronbeats.senders.protocol import Clock, ConfigField

# What a proxy says while the program behind it starts anew, or is set up: the alert is not lost.
_MENDED_SOON = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
_UTC = "+00:00"
# As in 2026-01-01T12:00:00Z.
_MOMENTS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS
_STANDARD_SECRET = "whsec_"  # noqa: S105 - a prefix, not a secret


class WebhookSender:
    """Tells a program of the user's own. The clock gives the time of each attempt."""

    kind = IntegrationKind.WEBHOOK
    unavailable = None
    fields = (
        ConfigField(
            "url",
            "The URL that is called",
            is_url=True,
            max_length=MAX_LENGTH,
            example="https://your-server.example/alerts",
        ),
        ConfigField(
            "secret",
            "Signs the requests",
            is_required=False,
            max_length=64,
            is_made_here=True,
            example="keep-this-to-yourself",
        ),
    )

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return explain_bad_values(self.fields, config, self._http)

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        body = self.compose(alert)
        secret = config.get("secret", "")
        answer = await self._http.post(
            config.get("url", ""),
            body,
            headers=signed_headers(alert.id, self._clock(), body, secret),
            secrets=(secret,),
        )
        return _delivery(answer) if isinstance(answer, Answer) else answer

    def compose(self, alert: Alert) -> bytes:
        """Return the body: the same for every attempt to deliver `alert`."""
        return _encode(
            {
                "id": alert.id,
                "type": alert.kind,
                "timestamp": alert.occurred_at,
                "workspace": {"id": alert.workspace_id, "name": alert.workspace_name},
                "job": None if alert.job is None else _job(alert.job),
                "incident": None if alert.incident is None else _incident(alert.incident),
                "text": alert.text,
                **({"drill": True} if alert.is_drill else {}),
            }
        )


def signed_headers(message_id: str, now: datetime, body: bytes, secret: str) -> dict[str, str]:
    """Return the headers of one attempt; only those with a signature need a `secret`.

    `webhook-*` follow Standard Webhooks (https://www.standardwebhooks.com), with `now` in unix
    seconds; `X-Webhook-Signature` is the older way, over the body alone.
    """
    timestamp = str(int(now.timestamp()))
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp}
    if secret:
        plain = hmac.digest(secret.encode(), body, "sha256").hex()
        signed = f"{message_id}.{timestamp}.".encode() + body
        standard = hmac.digest(_standard_key(secret), signed, "sha256")
        headers["X-Webhook-Signature"] = f"sha256={plain}"
        headers["webhook-signature"] = f"v1,{base64.b64encode(standard).decode()}"
    return headers


def _encode(body: dict[str, object]) -> bytes:
    try:
        return orjson.dumps(body, option=_MOMENTS)
    except TypeError:
        # A text that is no Unicode, which only the standard library's encoder lets pass.
        text = json.dumps(body, ensure_ascii=False, default=_moment)
        return text.encode("utf-8", "replace")


def _delivery(answer: Answer) -> Delivery:
    # Standard Webhooks: 410 alone asks that nothing be sent any more.
    is_broken = answer.status_code == HTTPStatus.GONE
    delivery = delivery_of(answer, "The webhook", is_broken=is_broken)
    if isinstance(delivery, Refused) and answer.status_code in _MENDED_SOON:
        return Unreachable(delivery.error, answer.status_code, answer.retry_after_seconds)
    return delivery


def _standard_key(secret: str) -> bytes:
    if secret.startswith(_STANDARD_SECRET):
        try:
            key = base64.b64decode(secret.removeprefix(_STANDARD_SECRET), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if key:
            return key
    return secret.encode()


def _job(job: AlertJob) -> dict[str, object]:
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "status": job.status,
        "timezone": job.timezone,
        "tags": list(job.tags),
        "expected_interval_seconds": job.expected_interval_seconds,
        "cron_expression": job.cron_expression,
        "last_success_at": job.last_success_at,
        "next_expected_at": job.next_expected_at,
    }


def _incident(incident: AlertIncident) -> dict[str, object]:
    return {
        "id": incident.id,
        "started_at": incident.started_at,
        "ended_at": incident.ended_at,
        "reason": incident.reason,
        "missed_runs": incident.missed_runs,
        "last_output": incident.last_output,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").removesuffix(_UTC) + "Z"
