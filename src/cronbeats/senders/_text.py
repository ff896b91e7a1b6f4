"""Text of jobs and strangers, made fit for a message: harmless, and no longer than allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Escape = Callable[[str], str]
"""Turns text into a service's markup, one character at a time."""

CUT = "…"
_ZERO_WIDTH_SPACE = "\u200b"
_OUTPUT_LENGTH = 1000
_ITEM_LENGTH = 200
_BULLET = "• "

# Colours and cursor movements of a terminal (ECMA-48), and what xterm adds to them.
_TERMINAL_CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS_IN_OUTPUT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
# Marks that nobody sees: they turn the writing around or hide letters. The joiners stay, because
# emoji and some scripts are written with them.
_INVISIBLE = re.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_HALF_CHARACTERS = re.compile(r"[\ud800-\udfff]")


def as_it_is(text: str) -> str:
    """Return `text`: for a service without markup."""
    return text


def length(text: str) -> int:
    """Return how long a text is in UTF-16 units, the strictest way in which services count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def one_line(text: str) -> str:
    """Return `text` on one line, without control characters or marks that nobody sees."""
    return " ".join(_without_tricks(_CONTROLS.sub(" ", text)).split())


def cut(text: str, limit: int, escape: Escape = as_it_is) -> str:
    """Return `text` escaped and at most `limit` long; `…` marks that the end is missing."""
    whole = escape(text)
    if length(whole) <= limit:
        return whole
    return _fitting(text, limit - 1, escape) + CUT


def output_tail(output: str, escape: Escape = as_it_is, limit: int = _OUTPUT_LENGTH) -> str:
    """Return the last lines of a job's output, escaped and at most `limit` long.

    A `…` marks that the beginning is missing. What a terminal would have shown remains: no colour
    codes, and of a progress bar only its last state.
    """
    lines = [_as_shown(line) for line in output.replace("\r\n", "\n").split("\n")]
    text = "\n".join(lines).strip("\n")
    if not text.strip():
        return ""
    whole = escape(text)
    return whole if length(whole) <= limit else _last_lines(text, limit, escape)


def listed(items: Sequence[str], limit: int, escape: Escape = as_it_is) -> str:
    """Return `items`, each on a line of its own behind a bullet, escaped and at most `limit` long.

    Long items are cut; the last line tells how many did not fit.
    """
    room = limit - length(_and_more(len(items)))
    lines: list[str] = []
    for item in items:
        line = _BULLET + cut(item, _ITEM_LENGTH, escape)
        room -= length(line) + 1
        if room < 0:
            lines.append(_and_more(len(items) - len(lines)))
            break
        lines.append(line)
    return "\n".join(lines)


def defuse_backticks(text: str) -> str:
    """Return `text` in which no backticks touch, so that none of them ends a code block."""
    return text.replace("`", "`" + _ZERO_WIDTH_SPACE)


def defuse_at_signs(text: str) -> str:
    """Return `text` in which no name follows an at sign, so that nobody is mentioned."""
    return text.replace("@", "@" + _ZERO_WIDTH_SPACE)


def _and_more(count: int) -> str:
    return f"… and {count} more"


def _as_shown(line: str) -> str:
    last_state = _TERMINAL_CODES.sub("", line).rstrip("\r").rpartition("\r")[2]
    return _without_tricks(_CONTROLS_IN_OUTPUT.sub("", last_state)).rstrip()


def _without_tricks(text: str) -> str:
    return _HALF_CHARACTERS.sub("\ufffd", _INVISIBLE.sub("", text))


def _last_lines(text: str, limit: int, escape: Escape) -> str:
    room = limit - 1
    kept: list[str] = []
    lines = text.split("\n")
    for line in reversed(lines):
        piece = escape(line)
        room -= length(piece) + 1
        if room < 0:
            break
        kept.append(piece)
    if not kept:
        return CUT + _fitting(lines[-1], limit - 1, escape, from_end=True)
    return "\n".join([CUT, *reversed(kept)])


def _fitting(text: str, room: int, escape: Escape, *, from_end: bool = False) -> str:
    kept: list[str] = []
    for character in reversed(text) if from_end else text:
        piece = escape(character)
        room -= length(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(reversed(kept) if from_end else kept)
