"""What the path of a ping asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from cronbeats.domain.keys import is_job_key
from cronbeats.domain.signal import SignalKind

# Kept as a database's integer; what is over 100 is shown as 100 anyway.
_HIGHEST_PROGRESS = 2**31 - 1
_HIGHEST_EXIT_CODE = 255
_EXIT_CODE_DIGITS = 3
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_RUN_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)
_ENDINGS = {"success": SignalKind.SUCCESS, "fail": SignalKind.FAIL}
# What nearly everybody sends; everything else is looked at part by part.
_USUAL = re.compile(rb"/ping/([0-9A-Za-z]{8})(?:/(start|fail|log|end/success|end/fail))?/?")
_USUAL_VERBS = {
    None: (SignalKind.PING, "ping"),
    b"start": (SignalKind.START, "start"),
    b"fail": (SignalKind.FAIL, "end"),
    b"log": (SignalKind.LOG, "log"),
    b"end/success": (SignalKind.SUCCESS, "end"),
    b"end/fail": (SignalKind.FAIL, "end"),
}
_WITHOUT_ARGUMENT = {
    "start": (SignalKind.START, "start"),
    "fail": (SignalKind.FAIL, "end"),
    "log": (SignalKind.LOG, "log"),
}


class Target(NamedTuple):
    """A ping of one job; `action` is its name in the reply."""

    key: str
    kind: SignalKind
    action: str
    progress: int | None = None
    run_id: str | None = None
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No job can be meant: a verb that does not exist, or a key of the wrong shape."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """The verb is known, its argument cannot be; `rule` says what it should be."""

    rule: str


def parse_target(raw_path: bytes, query: bytes = b"") -> Target | Nowhere | Impossible:
    """Read the path of a request, as in `/ping/abcd1234/end/success`.

    One slash at the end is fine. A run id (`?rid=`) that is none is as good as no run id: a job
    that did run must not be called down for it.
    """
    run_id = _run_id(query) if query else None
    if usual := _USUAL.fullmatch(raw_path):
        key, verb = usual.groups()
        kind, action = _USUAL_VERBS[verb]
        return Target(key.decode(), kind, action, None, run_id)
    parts = _parts(raw_path)
    if parts and parts[-1] == "":
        parts.pop()
    match parts:
        case ["", "ping", key] if is_job_key(key):
            return Target(key, SignalKind.PING, "ping", run_id=run_id)
        case ["", "ping", key, verb, *arguments] if is_job_key(key):
            return _parse_verb(key, verb, arguments, run_id)
    return Nowhere()


def _parts(raw_path: bytes) -> list[str]:
    if b"%" not in raw_path:
        return raw_path.decode("utf-8", "replace").split("/")
    return [unquote_to_bytes(part).decode("utf-8", "replace") for part in raw_path.split(b"/")]


def _parse_verb(
    key: str, verb: str, arguments: list[str], run_id: str | None
) -> Target | Nowhere | Impossible:
    if verb in _WITHOUT_ARGUMENT:
        if arguments:
            return Impossible(f"{verb} takes no argument")
        kind, action = _WITHOUT_ARGUMENT[verb]
        return Target(key, kind, action, run_id=run_id)
    match verb, arguments:
        case "end", [ending] if ending in _ENDINGS:
            return Target(key, _ENDINGS[ending], "end", run_id=run_id)
        case "end", _:
            return Impossible("end must be followed by success or fail")
        case "progress", []:
            return Target(key, SignalKind.PROGRESS, "progress", run_id=run_id)
        case "progress", [number] if _DIGITS.fullmatch(number):
            return Target(key, SignalKind.PROGRESS, "progress", to_progress(number), run_id)
        case "progress", _:
            return Impossible("progress must be a whole number, 0 or more")
        case code, [] if _DIGITS.fullmatch(code):
            return _parse_exit_code(key, code, run_id)
        case _:
            return Nowhere()


def _parse_exit_code(key: str, digits: str, run_id: str | None) -> Target | Impossible:
    code = int(digits[:_EXIT_CODE_DIGITS])
    if len(digits) > _EXIT_CODE_DIGITS or code > _HIGHEST_EXIT_CODE:
        return Impossible(f"an exit code is a whole number from 0 to {_HIGHEST_EXIT_CODE}")
    kind = SignalKind.FAIL if code else SignalKind.SUCCESS
    return Target(key, kind, "end", run_id=run_id, exit_code=code)


def to_progress(digits: str) -> int:
    """Return a progress number that the database can keep, however long it was."""
    significant = digits.lstrip("0") or "0"
    if len(significant) > len(str(_HIGHEST_PROGRESS)):
        return _HIGHEST_PROGRESS
    return min(int(significant), _HIGHEST_PROGRESS)


def _run_id(query: bytes) -> str | None:
    for name, value in parse_qsl(query.decode("latin-1")):
        if name == "rid" and _RUN_ID.fullmatch(value):
            return value
    return None
