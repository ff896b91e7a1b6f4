"""Whom a trusted proxy names in a header, having asked them who they are."""

from __future__ import annotations

from collections.abc import Sequence

from cronbeats.edge.asgi import Scope
from cronbeats.edge.client_address import Network, is_trusted


def people_named(scope: Scope, header: str, trusted: Sequence[Network]) -> list[str]:
    """Return whom the header of an HTTP request names: at most one, if all is well.

    It counts only if the connection itself comes from a trusted proxy: anybody can send a header.
    Without such a `header`, in small letters, nobody is named; nor is by an empty value.
    """
    peer = scope["client"][0] if scope.get("client") else None
    if not header or peer is None or not is_trusted(peer, trusted):
        return []
    sent = [value for key, value in scope["headers"] if key == header.encode()]
    return [text for value in sent if (text := value.decode("utf-8", "replace").strip())]
