"""Numbers as people type them: counts, and spans of time with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_MOST_DIGITS = 9


class UnreadableError(Exception):
    """What was typed cannot be what it should be; the text is the rule, as a sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """The field `name` for a span of time, and its unit: from `lowest` to `highest` seconds.

    `words` say the highest; without anything typed it is `blank`, unless it is `required`.
    """

    name: str
    lowest: int
    highest: int
    words: str
    blank: int | None = None
    required: bool = False

    @property
    def unit(self) -> str:
        """The name of the field for the unit."""
        return f"{self.name}_unit"

    def read(self, form: Mapping[str, str]) -> int | None:
        """Return the seconds that were typed. Raises UnreadableError."""
        typed = form.get(self.name, "").strip()
        if not typed and not self.required:
            return self.blank
        number, unit = whole_number(typed), UNITS.get(form.get(self.unit, ""))
        seconds = -1 if number is None or unit is None else number * unit
        if not self.lowest <= seconds <= self.highest:
            raise UnreadableError(
                f"Must be a whole number, {self.lowest} or more, and {self.words} at most."
            )
        return seconds

    def show(self, seconds: int | None) -> dict[str, str]:
        """Return both fields as they are filled in: with the largest unit that is exact."""
        if seconds is None:
            return {self.name: "", self.unit: "minutes"}
        if seconds == 0:
            return {self.name: "0", self.unit: "minutes"}
        unit, size = next(each for each in reversed(UNITS.items()) if seconds % each[1] == 0)
        return {self.name: str(seconds // size), self.unit: unit}


@dataclass(frozen=True, slots=True)
class Count:
    """The field `name` for a number from `lowest` to `highest`; not typed it is `blank`."""

    name: str
    lowest: int
    highest: int
    blank: int

    def read(self, form: Mapping[str, str]) -> int:
        """Return the number that was typed. Raises UnreadableError."""
        typed = form.get(self.name, "").strip()
        number = whole_number(typed) if typed else self.blank
        if number is None or not self.lowest <= number <= self.highest:
            raise UnreadableError(f"Must be a whole number from {self.lowest} to {self.highest}.")
        return number

    def show(self, number: int) -> dict[str, str]:
        """Return the field as it is filled in."""
        return {self.name: str(number)}


def whole_number(typed: str) -> int | None:
    """Return the number that was typed, None if it is none or has too many digits."""
    is_one = typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS
    return int(typed) if is_one else None
