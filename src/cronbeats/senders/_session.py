"""How every connection of ours is: it remembers nothing and obeys no environment."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp
from aiohttp import ClientSession, ClientTimeout

from cronbeats import __version__

HEADERS = {
    "User-Agent": f"CronBeats/{__version__}",
    # A small compressed answer can unpack to a huge one.
    "Accept-Encoding": "identity",
}
"""What every request bears."""


def new_session(timeout: ClientTimeout, headers: Mapping[str, str]) -> ClientSession:
    """Return a pool of connections whose requests bear these headers, too."""
    return ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=timeout,
        headers={**HEADERS, **headers},
        trust_env=False,
        auto_decompress=False,
    )
