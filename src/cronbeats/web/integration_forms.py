"""The form that an integration is set up with: made from what its sender needs.

A stored secret is in no form: a field that is left empty keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.integration import join_list
from cronbeats.domain.keys import new_signing_secret
from cronbeats.domain.line import trim
from cronbeats.senders.protocol import ConfigField
from cronbeats.services.manage_integrations import IntegrationView
from cronbeats.web.forms import Form
from cronbeats.web.integration_words import label_of

_WAY = "_way"
_KEEP, _NEW, _OWN, _NONE = "keep", "new", "own", "none"
_WAYS = {
    _KEEP: ("Keep the one stored", ""),
    _NEW: ("A new one, made here", "It is shown once, after saving."),
    _OWN: ("One of your own", ""),
    _NONE: ("None", "Requests are not signed."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the form. `stored` is what is kept when it is left empty, masked.

    `ways` are the choices about a secret that may be any: triples of a value, what it is called,
    what it means; empty for other fields.
    """

    name: str
    label: str
    hint: str
    is_list: bool
    is_secret: bool
    is_required: bool
    stored: str
    ways: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a form says: the values to save, and of them the secret that was made just now."""

    values: Mapping[str, str]
    made_secret: str | None = None


def fields_of(view: IntegrationView) -> list[Asked]:
    """Return the fields of the form that sets an integration up."""
    return [_asked(view, field) for field in view.sender.fields]


def fresh_form(view: IntegrationView) -> Form:
    """Return a form that holds what is stored, but for secrets."""
    values = {}
    for field in view.sender.fields:
        stored = _stored(view, field)
        if field.is_made_here:
            values[field.name + _WAY] = _KEEP if stored else _NONE
        elif not field.is_secret:
            values[field.name] = stored
    return Form(values)


def wrong_form(view: IntegrationView, typed: Mapping[str, str], error: InvalidValueError) -> Form:
    """Return a form with what was typed, but for secrets, and what is wrong with it."""
    secrets = {field.name for field in view.sender.fields if field.is_secret}
    return Form({name: text for name, text in typed.items() if name not in secrets}, error.errors)


def read_set_up(view: IntegrationView, typed: Mapping[str, str]) -> SetUp:
    """Return what a form says. Raises InvalidValueError."""
    values: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    made = None
    for field in view.sender.fields:
        try:
            if field.is_made_here and typed.get(field.name + _WAY) == _NEW:
                values[field.name] = made = new_signing_secret()
            elif (value := _read(view, field, typed)) is not None:
                values[field.name] = value
        except ValueError as error:
            errors[field.name] = [str(error)]
    if errors := {**view.sender.explain_bad(values), **errors}:
        raise InvalidValueError(errors)
    return SetUp(values, made)


def _asked(view: IntegrationView, field: ConfigField) -> Asked:
    stored = ", ".join(field.masked(_stored(view, field), hides_people=False))
    hint = f"{field.description.rstrip('.')}, such as {field.example}."
    if field.max_items is not None:
        hint = f"{field.description.rstrip('.')}, one a line, {field.max_items} at most."
    keeps = bool(stored) and field.is_secret
    ways = [(way, *words) for way, words in _WAYS.items() if keeps or way != _KEEP]
    return Asked(
        field.name,
        label_of(field),
        hint,
        is_list=field.max_items is not None,
        is_secret=field.is_secret,
        is_required=field.is_required and not keeps,
        stored=stored if keeps else "",
        ways=tuple(ways) if field.is_made_here else (),
    )


def _stored(view: IntegrationView, field: ConfigField) -> str:
    """Return a stored value, nothing if there is none that can be read."""
    return "" if view.integration is None else view.integration.config.get(field.name, "")


def _read(view: IntegrationView, field: ConfigField, typed: Mapping[str, str]) -> str | None:
    """Return the value of a field, None if it stays. Raises ValueError with what is wrong."""
    value = _typed(field, typed)
    if field.is_made_here:
        return _read_way(view, field, typed.get(field.name + _WAY, ""), value)
    if not value and field.is_secret and _stored(view, field):
        return None
    if not value and field.is_required:
        raise ValueError("Must not be empty.")
    return value


def _read_way(view: IntegrationView, field: ConfigField, way: str, value: str) -> str | None:
    if way == _KEEP and _stored(view, field):
        return None
    if way == _NONE:
        return ""
    if way != _OWN:
        raise ValueError("Choose one.")
    if not value:
        raise ValueError("Must not be empty, unless you choose something else.")
    return value


def _typed(field: ConfigField, typed: Mapping[str, str]) -> str:
    text = typed.get(field.name, "")
    if field.max_items is None:
        return trim(text)
    items = [trim(line) for line in text.splitlines()]
    if not all(item.isprintable() for item in items):
        raise ValueError("Must have no control characters.")
    return join_list(item for item in items if item)
