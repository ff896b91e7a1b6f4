"""The shapes of integrations, made from what their senders need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, Union

from pydantic import AfterValidator, BaseModel, Field, create_model
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown
from cronbeats.api.paging import Pagination
from cronbeats.api.shapes import Body, changes_schema, mistake, mistakes
from cronbeats.domain.access import Action, Identity, may
from cronbeats.domain.integration import IntegrationKind, join_list
from cronbeats.senders.protocol import ConfigField, Senders


@dataclass(frozen=True, slots=True)
class Setup:
    """What one kind of integration needs to be set up, and `explain_bad`, which checks that."""

    kind: IntegrationKind
    fields: tuple[ConfigField, ...]
    explain_bad: Callable[[Mapping[str, str]], dict[str, list[str]]]


class LastDeliveryShown(TypedDict):
    """How the newest alert went that is no longer being tried."""

    status: Annotated[str, shown("How it ended", "sent", enum=["sent", "failed"])]
    at: Annotated[Moment, shown("When it ended, in UTC", "2026-02-19T02:15:01Z")]
    error: Annotated[str | None, shown("Why it failed; null if it did not", None)]


class BreakageShown(TypedDict):
    """Why an integration takes no message until it is set up anew, or a test arrives."""

    since: Annotated[Moment, shown("Since when, in UTC", "2026-02-19T02:15:01Z")]
    reason: Annotated[str, shown("What the other side answered", "Slack answered 404 Not Found.")]


class TestedShown(TypedDict):
    """What came of a test message."""

    type: Annotated[IntegrationKind, shown("The kind of integration", "webhook")]
    delivered: Annotated[bool, shown("Whether it arrived; always true here", True, const=True)]
    status_code: Annotated[
        int | None,
        shown(
            "The HTTP status that the other side answered; null if it was not asked by HTTP",
            200,
            minimum=100,
            maximum=599,
        ),
    ]
    duration_ms: Annotated[int, shown("How long it took, in milliseconds", 142, minimum=0)]
    answer: Annotated[
        str | None,
        shown("How the other side's answer began; null if it said nothing", "ok", maxLength=500),
    ]
    warning: NotRequired[
        Annotated[
            str,
            shown(
                "What to mind although it arrived; left out if there is nothing",
                "not sent to bob@example.com: no such mailbox",
            ),
        ]
    ]


def setups_of(senders: Senders) -> tuple[Setup, ...]:
    """Return what each kind of integration needs that there is a sender for."""
    return tuple(Setup(each.kind, each.fields, each.explain_bad) for each in senders.values())


def body_of(setup: Setup) -> type[Body]:
    """Return what may be sent to set this kind of integration up, made from its fields."""
    name = setup.kind.capitalize()
    fields: dict[str, Any] = {field.name: _taken(setup, field) for field in setup.fields}
    about = "Whether alerts are sent; a new integration is on"
    fields["is_enabled"] = (bool, Field(True, description=about, examples=[True]))
    examples: dict[str, Any] = {
        field.name: [field.example] if field.max_items is not None else field.example
        for field in setup.fields
    }
    shape = create_model(
        f"{name}In",
        __base__=Body,
        __doc__=f"How to reach {name}; what is left out stays.",
        **fields,
    )
    shape.model_config["json_schema_extra"] = changes_schema(**examples, is_enabled=True)
    return shape


def view_of(setup: Setup) -> type[BaseModel]:
    """Return how this kind of integration is shown, made from its fields."""
    fields: dict[str, Any] = {
        "type": (Literal[setup.kind], shown("The kind of integration", setup.kind)),
        **{field.name: _viewed(field) for field in setup.fields},
        "is_enabled": (bool, shown("Whether alerts are sent", True)),
        "is_configured": (bool, shown("Whether it has all values that it needs", True)),
        "unavailable": (
            str | None,
            shown("Why this server cannot use it, and what to do; null if it can", None),
        ),
        "last_delivery": (
            LastDeliveryShown | None,
            shown("How the newest alert went; null if there was none", None),
        ),
        "last_success_at": (
            Moment | None,
            shown("When an alert or a test last arrived, in UTC", "2026-02-19T02:15:01Z"),
        ),
        "last_failure_at": (
            Moment | None,
            shown("When an attempt to send one last failed, in UTC", "2026-02-18T02:15:01Z"),
        ),
        "last_failure_reason": (
            str | None,
            shown("Why that attempt failed", "Slack answered 404 Not Found: no_team"),
        ),
        "broken": (
            BreakageShown | None,
            shown("Why it takes no message any more; null if it does", None),
        ),
    }
    about = f"The {setup.kind} integration, its secrets masked."
    return create_model(f"{setup.kind.capitalize()}Shown", __doc__=about, **fields)


def page_of_views(views: list[type[BaseModel]]) -> type[BaseModel]:
    """Return how all kinds of integrations are shown together."""
    any_view: Any = Union[tuple(views) or (Any,)]  # noqa: UP007 - known at run time only
    about = shown("One of each kind, set up or not", PARTS)
    return create_model(
        "IntegrationsPage",
        __doc__="A page of integrations.",
        integrations=(list[any_view], about),
        pagination=(Pagination, shown("Which page this is", PARTS)),
    )


def answer_of(view: type[BaseModel]) -> Any:
    """Return the shape of a good answer whose data is a `view`."""
    return Answer[view]  # type: ignore[valid-type]  # It is known at run time only.


def shown_value(field: ConfigField, value: str | None, who: Identity) -> str | list[str] | None:
    """Return a value, as the sender keeps it, as `who` may see it."""
    hides_people = not may(who.role, Action.CHANGE_INTEGRATIONS)
    items = field.masked(value or "", hides_people=hides_people)
    return items if field.max_items is not None else next(iter(items), None)


def _taken(setup: Setup, field: ConfigField) -> tuple[Any, Any]:
    if field.max_items is not None:
        return _list_taken(setup, field)

    def check(value: str) -> str:
        if reasons := setup.explain_bad({field.name: value}).get(field.name):
            raise mistakes(reasons)
        return value

    return Annotated[str, AfterValidator(check)], Field(
        "",
        max_length=field.max_length,
        description=f"{field.description.rstrip('.')}. Empty to clear",
        examples=[field.example],
        json_schema_extra={"format": _format_of(field)},
    )


def _format_of(field: ConfigField) -> str:
    """Name what a value is; how it must look is the sender's knowledge."""
    return "webhook-url" if field.is_url else field.name.replace("_", "-")


def _list_taken(setup: Setup, field: ConfigField) -> tuple[Any, Any]:
    def check(items: list[str]) -> list[str]:
        if reasons := setup.explain_bad({field.name: join_list(items)}).get(field.name):
            raise mistakes(reasons)
        return items

    kind: Any = {"format": "email" if field.is_personal else _format_of(field)}
    item: Any = Annotated[
        str,
        Field(min_length=1, max_length=field.max_length, json_schema_extra=kind),
        AfterValidator(_one_line),
    ]
    about: Any = Field(
        [],
        max_length=field.max_items,
        description=f"{field.description.rstrip('.')}, {field.max_items} at most. Empty to clear",
        examples=[[field.example]],
    )
    return Annotated[list[item], AfterValidator(check)], about


def _one_line(item: str) -> str:
    if not item.isprintable():
        raise mistake("Must have no line breaks or control characters.")
    return item


def _viewed(field: ConfigField) -> tuple[Any, Any]:
    if field.max_items is not None:
        return list[str], shown(_about_shown(field), [field.example], maxItems=field.max_items)
    [example] = field.masked(field.example, hides_people=False)
    return str | None, shown(_about_shown(field), example)


def _about_shown(field: ConfigField) -> str:
    masked = ", masked" if field.is_secret else ""
    if field.is_personal:
        masked = ", masked for those who may not change them"
    nothing = "" if field.max_items is not None else "; null if there is none"
    return f"{field.description.rstrip('.')}{masked}{nothing}"
