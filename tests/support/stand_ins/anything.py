"""A program that Apprise tells by a `json://` URL."""

import json

from aiohttp import web

from tests.support.stand_ins.http import HttpStandIn
from tests.support.stand_ins.script import Reply, Script


class AnythingStandIn(HttpStandIn):
    """Takes everything, at any path."""

    @property
    def url(self) -> str:
        """The URL with which Apprise tells it; the path is a secret."""
        return self.origin.replace("http:", "json:") + "/xyzxyzxyz-s3cr3t"

    @property
    def config(self) -> dict[str, str]:
        return {"urls": self.url}

    def look_at(self, _: web.Request, body: bytes) -> Reply:
        self.taken.append(json.loads(body))
        return Reply(200, "{}")

    def say(self, script: Script) -> Reply:
        if script is Script.GONE:
            return Reply(302, headers={"Location": f"{self.origin}/elsewhere"})
        return Reply(500 if script is Script.ERROR else 404, "xyzxyzxyz-s3cr3t is wrong")
