"""Whole numbers in addresses: each has one spelling."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticKnownError

# The highest whole number that every reader of JSON gets right (RFC 8259, 6).
HIGHEST_ID: Final = 2**53 - 1
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")


def _refuse_other_spellings(value: Any) -> Any:
    # Pydantic also reads 01, +1, 1_0, 1.0 and spaces: other names for one thing, or slips.
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise PydanticKnownError("int_parsing")
    return value


IN_ONE_SPELLING: Final = BeforeValidator(_refuse_other_spellings)
"""For a whole number in a path or query: it is spelled as JSON spells it. Stands after limits."""

Id = Annotated[int, Field(ge=1, le=HIGHEST_ID), IN_ONE_SPELLING]
"""The id of something, in a path or query."""
