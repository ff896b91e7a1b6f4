"""Who is calling: the connection's address, or what a trusted proxy says of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence

from cronbeats.edge.asgi import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_LONGEST_ADDRESS = 45


def address_of(scope: Scope, trusted: Sequence[Network]) -> str | None:
    """Return the address of the client of an HTTP request, as `client_address` finds it."""
    peer = scope["client"][0] if scope.get("client") else None
    return client_address(peer, scope["headers"], trusted)


def client_address(
    peer: str | None, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]
) -> str | None:
    """Return the address of the client, None if there is none (a Unix socket).

    X-Forwarded-For counts only as far as it was written by trusted proxies: the client is the last
    address in it that is not such a proxy's.
    """
    if peer is None or not trusted or not is_trusted(peer, trusted):
        return peer
    hops = [hop.strip() for value in _forwarded(headers) for hop in value.split(",")]
    for hop in reversed(hops):
        if _parse(hop) is None:
            break
        peer = hop
        if not is_trusted(hop, trusted):
            break
    return peer[:_LONGEST_ADDRESS]


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Tell whether an address is in one of the networks whose word counts."""
    parsed = _parse(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name == b"x-forwarded-for"]


def _parse(address: str) -> _Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket that serves both versions shows 10.0.0.1 as ::ffff:10.0.0.1.
    return getattr(parsed, "ipv4_mapped", None) or parsed
