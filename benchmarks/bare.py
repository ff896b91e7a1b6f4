"""The bare limit: the same HTTP server, with an app that does nothing but answer from memory.

.venv/bin/python -m benchmarks.bare PORT
"""

from __future__ import annotations

import sys
from typing import Any

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from cronbeats.edge.asgi import Receive, Scope, Send

_BODY = (
    b'{"status":"success","message":"OK","action":"ping","job_key":"abcd1234",'
    b'"timestamp":"2026-01-01 00:00:00","processing_time_ms":12.34,'
    b'"next_expected":"2026-01-01 01:00:00"}'
)
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"ping-body-limit", b"10000"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(_BODY)).encode()),
    ],
}
END = {"type": "http.response.body", "body": _BODY}


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    await read(scope, receive)
    await send(START)
    await send(END)


async def live(receive: Receive, send: Send) -> None:
    """Start and stop at once when the server does."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def read(scope: Scope, receive: Receive) -> None:
    """Read the body of a request, if it has one."""
    if scope["method"] == "POST":
        while (await receive()).get("more_body", False):
            pass


async def serve(app: Any, port: int) -> None:
    """Serve an ASGI app on a port of this machine, until it is stopped."""
    # As the product does in cli/server.py.
    server = Server(
        app,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        http1_settings=HTTP1Settings(header_read_timeout=80_000),
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    uvloop.run(serve(_app, int(sys.argv[1])))
