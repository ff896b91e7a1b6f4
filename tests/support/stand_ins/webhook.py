"""A program of a user's own that takes alerts: it checks every signature and drops repeats."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

from aiohttp import web

from tests.support.stand_ins.http import HttpStandIn
from tests.support.stand_ins.script import THROTTLED_SECONDS, Reply, Script

SECRET = "correct-horse-battery-staple"
_FIELDS = {"id", "type", "timestamp", "workspace", "job", "incident", "text"}
_TYPES = {"job.down", "job.recovered", "job.late", "job.reminder", "test"}


class WebhookStandIn(HttpStandIn):
    """Takes what is signed and has all its fields; a repeat is taken once."""

    @property
    def config(self) -> dict[str, str]:
        return {"url": f"{self.origin}/hook-xyzxyzxyz", "secret": SECRET}

    def look_at(self, request: web.Request, body: bytes) -> Reply:
        if not _is_signed(request, body):
            return Reply(401, '{"error": "bad signature"}')
        told: Any = json.loads(body)
        if set(told) != _FIELDS or told["type"] not in _TYPES:
            return Reply(422, '{"error": "unknown shape"}')
        if told["id"] != request.headers["webhook-id"]:
            return Reply(422, '{"error": "two ids"}')
        if told["id"] not in {each["id"] for each in self.taken}:
            self.taken.append(told)
        return Reply(202, '{"queued": true}')

    def say(self, script: Script) -> Reply:
        answers = {
            Script.ERROR: Reply(503, "<html>no backend</html>", content_type="text/html"),
            Script.THROTTLE: Reply(429, headers={"Retry-After": str(THROTTLED_SECONDS)}),
            Script.GONE: Reply(410, "gone"),
            Script.REFUSE: Reply(422, '{"error": "unknown shape"}'),
        }
        return answers[script]


def _is_signed(request: web.Request, body: bytes) -> bool:
    key, headers = SECRET.encode(), request.headers
    plain = hmac.new(key, body, hashlib.sha256).hexdigest()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    standard = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return (headers["X-Webhook-Signature"], headers["webhook-signature"]) == (
        f"sha256={plain}",
        f"v1,{standard}",
    )
