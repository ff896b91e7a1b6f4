"""What a job sent, as people may look at it: text that does nothing to whatever shows it."""

from __future__ import annotations

import re

# What terminals take for orders: colours, titles, moves of the cursor (ECMA-48).
_ORDERS = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"
    "|\x1b[ -/]*[0-~]"
)
_NEW_LINES = re.compile("\r+\n?|[\v\f\x85\u2028\u2029]")
_DRAWN_CONTROLS = 0x2400
_DELETE, _DRAWN_DELETE = 0x7F, 0x2421
# They let text run backwards, so that it reads as something else.
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_DRAWINGS: dict[int, str] = {
    **{code: chr(_DRAWN_CONTROLS + code) for code in range(0x20) if chr(code) not in "\n\t"},
    _DELETE: chr(_DRAWN_DELETE),
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
    **{ord(each): f"[U+{ord(each):04X}]" for each in _DIRECTIONS},
}


def printable(text: str) -> str:
    """Return `text` without orders to terminals, and with a drawing for each control character.

    Lines end with a line feed alone; one that a carriage return wrote over is a line of its own.
    """
    return _NEW_LINES.sub("\n", _ORDERS.sub("", text)).translate(_DRAWINGS)
