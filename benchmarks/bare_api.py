"""A bare FastAPI app that answers with bytes that are ready, or makes them of what is in memory.

.venv/bin/python -m benchmarks.bare_api PORT FILE
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
import uvloop
from fastapi import FastAPI, Response

from benchmarks.bare import serve
from cronbeats.api.answer import Answer
from cronbeats.api.jobs import JobsPage


def build(body: bytes) -> FastAPI:
    """Return the app whose answers are `body`, a page of jobs as the API tells them."""
    app = FastAPI()
    known: Any = orjson.loads(body)

    @app.get("/bytes")
    async def ready() -> Response:
        return Response(body, media_type="application/json")

    @app.get("/values")
    async def made() -> Answer[JobsPage]:
        return known  # type: ignore[no-any-return]

    return app


if __name__ == "__main__":
    uvloop.run(serve(build(Path(sys.argv[2]).read_bytes()), int(sys.argv[1])))
