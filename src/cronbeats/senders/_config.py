"""What is wrong with an integration's values, as far as all senders agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cronbeats.domain.integration import split_list
from cronbeats.senders._http import HttpClient
from cronbeats.senders.protocol import ConfigField


def explain_bad_values(
    fields: Iterable[ConfigField], config: Mapping[str, str], http: HttpClient
) -> dict[str, list[str]]:
    """Return what is wrong with the values given, by field; an empty value is never wrong.

    Whether a value that is required is there is asked when the integration is used.
    """
    reasons = {
        field.name: _explain_bad(field, config[field.name], http)
        for field in fields
        if config.get(field.name)
    }
    return {name: why for name, why in reasons.items() if why}


def explain_bad_items(
    field: ConfigField, config: Mapping[str, str], explain: Callable[[str], str | None]
) -> dict[str, list[str]]:
    """Return what is wrong with the items of a list, of which `explain` looks at each.

    A reason names an item by its place, as its text may be a secret.
    """
    items = split_list(config.get(field.name, ""))
    if field.max_items is not None and len(items) > field.max_items:
        return {field.name: [f"Must have at most {field.max_items} items."]}
    reasons = []
    for place, item in enumerate(items, start=1):
        too_long = f"Must be at most {field.max_length} characters long."
        reason = too_long if len(item) > field.max_length else explain(item)
        if reason:
            reasons.append(f"Item {place}: {reason}")
    return {field.name: reasons} if reasons else {}


def _explain_bad(field: ConfigField, value: str, http: HttpClient) -> list[str]:
    if len(value) > field.max_length:
        return [f"Must be at most {field.max_length} characters long."]
    if field.is_url:
        return http.explain_bad_url(value)
    if not value.isprintable():
        return ["Must not contain line breaks or control characters."]
    return []
