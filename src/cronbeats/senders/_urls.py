"""What is wrong with a URL that somebody wants us to call."""

from __future__ import annotations

import re
import socket
import unicodedata
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, urlsplit

MAX_LENGTH = 2000
# What IDNA takes for a dot (RFC 3490, 3.1).
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), ".")
_HOST = re.compile(r"[^\s/?#@:\\\[\]<>\"^`{|}%]{1,253}")


def explain_bad_url(url: str, *, allow_http: bool = False) -> list[str]:
    """Return the reasons why `url` cannot be called, each a short sentence; empty when it can.

    Where its host name leads is not looked up: that is checked with every connection.
    """
    if len(url) > MAX_LENGTH:
        return [f"Must be at most {MAX_LENGTH} characters long."]
    if any(character.isspace() or not character.isprintable() for character in url):
        return ["Must not contain spaces or control characters."]
    try:
        parts = urlsplit(url)
    except ValueError:
        return ["Must be a valid URL."]
    return [
        *_explain_bad_scheme(parts, allow_http),
        *_explain_bad_host(parts),
        *_explain_bad_port(parts),
        *_explain_extras(parts),
    ]


def _explain_bad_scheme(parts: SplitResult, allow_http: bool) -> list[str]:
    if parts.scheme == "https" or (parts.scheme == "http" and allow_http):
        return []
    if parts.scheme == "http":
        allow = "Whoever runs this server can allow http:// with CRONBEATS_ALLOW_HTTP_TARGETS."
        return [f"Must begin with https://. {allow}"]
    return ["Must begin with https:// or http://." if allow_http else "Must begin with https://."]


def _explain_bad_host(parts: SplitResult) -> list[str]:
    host = parts.hostname or ""
    if not host:
        return ["Must have a host name."]
    is_good = _is_ipv6(host) if "[" in parts.netloc else _HOST.fullmatch(host)
    if not is_good:
        return ["Must have a valid host name."]
    if _is_odd_ipv4(host):
        return ["Must spell an IP address as four plain numbers, such as 192.0.2.1."]
    return []


def _is_odd_ipv4(host: str) -> bool:
    """Tell whether a host is an IPv4 address in a spelling that some would read and others not.

    Decimal, octal, hexadecimal or short (inet_aton), with a dot at its end, or with letters that
    IDNA takes for digits and dots. No honest address is written so.
    """
    plain = unicodedata.normalize("NFKC", host.translate(_DOTS)).rstrip(".")
    try:
        usual = socket.inet_ntoa(socket.inet_aton(plain))
    except (OSError, ValueError):
        return False
    return host != usual


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except AddressValueError:
        return False
    return True


def _explain_bad_port(parts: SplitResult) -> list[str]:
    try:
        is_good = parts.port != 0
    except ValueError:
        is_good = False
    return [] if is_good else ["Must have a port from 1 to 65535, or none."]


def _explain_extras(parts: SplitResult) -> list[str]:
    reasons = []
    if "@" in parts.netloc:
        reasons.append("Must not contain a user name or a password.")
    if parts.fragment:
        reasons.append("Must not contain a part after #.")
    return reasons
