"""The document's patterns say of every character what the API does with it."""

from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from cronbeats.api.job_queries import Part
from cronbeats.api.job_shapes import Description, Name, Tag

# Beyond them are letters, and halves of characters, which are no text.
CHARACTERS = [*map(chr, range(0x3100)), "\ufeff", "\ufffd", "\uffff", "\U0001f600"]


@pytest.mark.parametrize("kind", [Name, Tag, Part, Description])
def test_a_text_is_taken_if_it_matches(kind: Any) -> None:
    reader = TypeAdapter[str](kind)
    schema = reader.json_schema()
    assert "pattern" in schema
    published = Draft202012Validator(schema)
    wrong = [
        ascii(text)
        for character in CHARACTERS
        for text in (character, f"a{character}", f"{character}a", f"a{character}b")
        if published.is_valid(text) is not _is_taken(reader, text)
    ]
    assert not wrong


def _is_taken(reader: TypeAdapter[str], text: str) -> bool:
    try:
        reader.validate_python(text)
    except ValidationError:
        return False
    return True
