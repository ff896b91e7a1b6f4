"""Reads the bodies of pings: whatever is sent, and however slowly, in little memory."""

from __future__ import annotations

from cronbeats.edge.asgi import Receive
from cronbeats.edge.slow_body import Patience

# A JSON body is understood up to this size, even if less is kept.
_MOST_BYTES_READ = 131_072
PATIENCE_SECONDS = 10.0
_ROOM_BYTES = 32 * 1024 * 1024
# A database's integer has no room for more.
_MOST_COUNTED = 2**31 - 1


class BodyReader:
    """Reads bodies, of which `body_limit` bytes are kept in the end.

    All that are on their way share `room_bytes` of memory. When these are used up, no more than
    `body_limit` of each is read, which is all that is kept of a body that is no JSON.
    """

    def __init__(
        self,
        body_limit: int,
        *,
        room_bytes: int = _ROOM_BYTES,
        patience: Patience | None = None,
    ) -> None:
        self._body_limit = body_limit
        self._most_read = max(body_limit, _MOST_BYTES_READ)
        self._room = room_bytes
        self._patience = patience or Patience(PATIENCE_SECONDS)

    async def read(self, receive: Receive) -> tuple[bytes, int]:
        """Return the beginning of the body, and how many bytes there were, counted up to 2 GiB.

        What comes too slowly counts as all there is: the request itself is the news.
        """
        kept, size = bytearray(), 0
        try:
            async with self._patience.until(self._patience.deadline()):
                more = True
                while more:
                    message = await receive()
                    part = message.get("body", b"")
                    size = min(size + len(part), _MOST_COUNTED)
                    self._keep(kept, part)
                    more = message.get("more_body", False)
        except TimeoutError:
            pass
        finally:
            self._room += len(kept)
        return bytes(kept), size

    def _keep(self, kept: bytearray, part: bytes) -> None:
        most = self._most_read if self._room > 0 else self._body_limit
        begun = part[: max(0, most - len(kept))]
        kept += begun
        self._room -= len(begun)
