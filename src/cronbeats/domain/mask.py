"""Masks: how a secret is shown to somebody who need only recognise it."""

from __future__ import annotations

from urllib.parse import urlsplit

_HIDDEN = "…"
_HINT_LENGTH = 4
# A hint gives at most a third of what it stands for away.
_SHARE = 3
_START_LENGTH = 2
_LONGEST_PLAIN_SEGMENT = 16


def mask_secret(text: str) -> str:
    """Return `text` as in `1234…ab3f`: never more than a third of it, nothing if it is short."""
    if len(text) >= 2 * _HINT_LENGTH * _SHARE:
        return text[:_HINT_LENGTH] + _HIDDEN + text[-_HINT_LENGTH:]
    return _HIDDEN + _end_of(text)


def mask_url(url: str) -> str:
    """Return a URL as in `https://hooks.slack.com/services/T0…/…ab3f`.

    Scheme, host and port stay; user name, password, query and fragment go. The first part of the
    path stays if it is a plain word that more follows, as it tells one service's hooks apart.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return _HIDDEN
    if not parts.scheme or not parts.hostname:
        return _HIDDEN
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    path = _mask_path([segment for segment in parts.path.split("/") if segment])
    query = f"?{_HIDDEN}" if parts.query else ""
    return origin + path + query


def mask_email(address: str) -> str:
    """Return an e-mail address as in `a…@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}{_HIDDEN}@{domain}"


def _mask_path(segments: list[str]) -> str:
    if not segments:
        return ""
    if len(segments) == 1:
        return f"/{mask_secret(segments[0])}"
    first, *rest = segments
    shown = first if _is_plain_word(first) else _HIDDEN
    if len(rest) == 1:
        return f"/{shown}/{mask_secret(rest[0])}"
    return f"/{shown}/{_start_of(rest[0])}{_HIDDEN}/{_HIDDEN}{_end_of(rest[-1])}"


def _is_plain_word(segment: str) -> bool:
    return segment.isalpha() and segment.isascii() and len(segment) <= _LONGEST_PLAIN_SEGMENT


def _start_of(text: str) -> str:
    return text[:_START_LENGTH] if len(text) >= _START_LENGTH * _SHARE else ""


def _end_of(text: str) -> str:
    return text[-_HINT_LENGTH:] if len(text) >= _HINT_LENGTH * _SHARE else ""
