"""Lines: what may be the name of something, and how texts are compared."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 200
"""Characters of the name of a workspace, a person or a key."""

# Control characters, halves of surrogate pairs, ends of lines and paragraphs. Joined emoji and
# wide spaces are fine, and characters newer than this Python.
_NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
# White space as JavaScript and JSON Schema know it; Python counts more control characters among it.
_WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def trim(text: str) -> str:
    """Return `text` without the white space at its ends."""
    return text.strip(_WHITE_SPACE)


def is_line(text: str) -> bool:
    """Tell whether `text` is one line of characters that can be printed, in whatever script."""
    return not any(unicodedata.category(character) in _NOT_IN_A_LINE for character in text)


def explain_bad_name(text: str) -> list[str]:
    """Return what is wrong with the name of something; empty when all is well."""
    if 1 <= len(text) <= LONGEST_NAME and is_line(text):
        return []
    return [f"Must be 1 to {LONGEST_NAME} printable characters long."]


def fold(text: str) -> str:
    """Return `text` as it is compared where neither case nor the way an accent is typed counts."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def as_read(text: str) -> str:
    """Return `text` as people see it on a page, where several spaces look like one."""
    return unicodedata.normalize("NFC", " ".join(text.split()))
