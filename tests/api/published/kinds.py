"""How to say what an answer must look like, and in what it does not."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Kind:
    """Values of one kind."""

    words: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Maybe:
    """What `kind` says, or null."""

    kind: Any


@dataclass(frozen=True)
class ListOf:
    """A list of what `kind` says; `at_least` keeps an empty list from proving nothing."""

    kind: Any
    at_least: int = 1


@dataclass(frozen=True)
class Shape:
    """An object with exactly these fields; `ours` are those beyond what was published."""

    fields: Mapping[str, Any]
    ours: frozenset[str] = frozenset()

    def having(self, **fields: Any) -> "Shape":
        """Return the same with some fields told more exactly; there are no new ones."""
        assert fields.keys() <= self.fields.keys(), fields.keys() - self.fields.keys()
        return replace(self, fields={**self.fields, **fields})


INTEGER = Kind("an integer", lambda value: type(value) is int)
COUNT = Kind("an integer from 0 on", lambda value: type(value) is int and value >= 0)
TEXT = Kind("a text", lambda value: isinstance(value, str))
SENTENCE = Kind("a text that says something", lambda value: isinstance(value, str) and value != "")
FLAG = Kind("true or false", lambda value: isinstance(value, bool))


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", value):
        return False
    return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").tzinfo is not None


MOMENT = Kind("a moment as in 2026-02-20T15:42:00Z", _is_moment)


def one_of(*values: Any) -> Kind:
    """Return the kind of these values."""
    return Kind(f"one of {values}", lambda value: value in values)


def like(pattern: str) -> Kind:
    """Return the kind of texts that a pattern describes from end to end."""
    return Kind(
        f"a text like {pattern}",
        lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None,
    )


def differences(value: Any, kind: Any, where: str = "") -> Iterator[str]:
    """Tell in what a value is not as `kind` says: a kind from above, or the value itself."""
    match kind:
        case Maybe(kind=inner):
            if value is not None:
                yield from differences(value, inner, where)
        case ListOf() | list():
            yield from _differences_of_list(value, kind, where)
        case Shape() | dict():
            yield from _differences_of_object(value, kind, where)
        case Kind():
            if not kind.fits(value):
                yield f"{where} is not {kind.words}: {value!r}"
        case _:
            if type(value) is not type(kind) or value != kind:
                yield f"{where} is {value!r} and not {kind!r}"


def _differences_of_list(value: Any, kind: Any, where: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{where} is no list: {value!r}"
        return
    kinds = kind
    if isinstance(kind, ListOf):
        kinds = [kind.kind] * max(len(value), kind.at_least)
    if len(value) != len(kinds):
        yield f"{where} has {len(value)} items and not {len(kinds)}: {value!r}"
        return
    for number, (item, inner) in enumerate(zip(value, kinds, strict=True)):
        yield from differences(item, inner, f"{where}[{number}]")


def _differences_of_object(value: Any, kind: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object: {value!r}"
        return
    shape = kind if isinstance(kind, Shape) else Shape(kind)
    for name in shape.fields.keys() - value.keys():
        yield f"{where}.{name} is missing"
    for name in value.keys() - shape.fields.keys() - shape.ours:
        yield f"{where}.{name} was never published"
    for name in shape.fields.keys() & value.keys():
        yield from differences(value[name], shape.fields[name], f"{where}.{name}")
