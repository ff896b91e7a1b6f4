"""What the shapes of bodies and queries have in common: all their mistakes are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

Mistakes = Mapping[str, list[str]]
_TOLD = "told"


def mistake(words: str) -> PydanticCustomError:
    """Return an error for validators to raise; `words` is a whole sentence."""
    return PydanticCustomError(_TOLD, "{words}", {"words": words})


def mistakes(reasons: Iterable[str]) -> ValidationError:
    """Return an error for validators to raise that tells several reasons."""
    errors = [InitErrorDetails(type=mistake(words), input=None) for words in reasons]
    return ValidationError.from_exception_data("mistakes", errors)


class Shape(BaseModel):
    """A body or a query: knows its fields, and tells mistakes between fields with all others."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def explain_bad(cls, values: Mapping[str, Any]) -> Mistakes:  # noqa: ARG003 - for subclasses
        """Return what is wrong between the fields of `values`, which may be of any type."""
        return {}

    @model_validator(mode="wrap")
    @classmethod
    def _tell_all(cls, values: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        between = cls.explain_bad(values) if isinstance(values, Mapping) else {}
        errors = [
            InitErrorDetails(type=mistake(words), loc=(field,), input=values)
            for field, reasons in between.items()
            for words in reasons
        ]
        try:
            valid = validate(values)
        except ValidationError as error:
            errors = [*map(_again, error.errors(include_url=False)), *errors]
        else:
            if not errors:
                return valid
        raise ValidationError.from_exception_data(cls.__name__, errors)


class Body(Shape):
    """A body; JSON has types, so nothing is converted."""

    model_config = ConfigDict(strict=True)


def changes_schema(**example: Any) -> Callable[[dict[str, Any]], None]:
    """Return the `json_schema_extra` of a body whose left out fields stay as they are.

    A default would be a lie there.
    """

    def change(schema: dict[str, Any]) -> None:
        for field in schema["properties"].values():
            field.pop("default", None)
        schema["examples"] = [example]

    return change


def _again(error: ErrorDetails) -> InitErrorDetails:
    is_told = error["type"] == _TOLD
    return InitErrorDetails(
        type=mistake(error["ctx"]["words"]) if is_told else error["type"],
        loc=error["loc"],
        input=error["input"],
        ctx={} if is_told else error.get("ctx", {}),
    )
