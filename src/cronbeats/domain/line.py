"""Lines: what may be the name of something, and how texts are compared."""

from __future__ import annotations

import unicodedata

# Control characters, halves of surrogate pairs, ends of lines and paragraphs. Joined emoji and
# wide spaces are fine, and characters newer than this Python.
_NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def is_line(text: str) -> bool:
    """Tell whether `text` is one line of characters that can be printed, in whatever script."""
    return not any(unicodedata.category(character) in _NOT_IN_A_LINE for character in text)


def fold(text: str) -> str:
    """Return `text` as it is compared where neither case nor the way an accent is typed counts."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
