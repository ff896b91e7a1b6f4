"""How a request is read: strictly, so that no mistake is passed over in silence."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from inspect import signature
from typing import Annotated, Any, cast, get_origin, get_type_hints

from fastapi import APIRouter, Body, Depends, Query, Request, Response, params
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import QueryParams

_PREFIX = "/api/v1"


class Repeated:
    """Stands for a value that was given more than once, so that it fits no type."""


class NoQuery(BaseModel):
    """A query without any field."""

    model_config = ConfigDict(extra="forbid")


class NoBody(BaseModel):
    """A body without any field; nothing at all and null are as good."""

    model_config = ConfigDict(extra="forbid")


def new_router(prefix: str = "", *, tag: str) -> APIRouter:
    """Return a router whose routes read strictly; every route of the API belongs to one.

    `prefix` is theirs within the API, `tag` the chapter of the documentation in which they are.
    """
    return APIRouter(prefix=f"{_PREFIX}{prefix}", tags=[tag], route_class=StrictRoute)


class StrictRoute(APIRoute):
    """A route that refuses fields it does not know, and whatever is given twice.

    Whoever sends seconds to a call that pauses for good must not believe that they were heard.
    """

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        **options: Any,
    ) -> None:
        own = [] if _takes_query(endpoint) else [Depends(_no_query)]
        if options.get("methods") != ["GET"] and not _takes_body(endpoint):
            own.append(Depends(_no_body))
        super().__init__(path, endpoint, dependencies=[*(dependencies or ()), *own], **options)

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return what answers a request."""
        answer: Callable[[Request], Awaitable[Response]] = super().get_route_handler()
        read = _reader_of(self)

        async def read_strictly(request: Request) -> Response:
            values = None if read is None else await read(request)
            if values is not None:
                response: Response = await self.endpoint(**values)
                return response
            return await answer(_StrictRequest(request.scope, request.receive))

        return read_strictly


_Read = Callable[[Request], Awaitable[dict[str, Any] | None]]
_Given = Callable[[Request], Awaitable[Any]]


def _reader_of(route: APIRoute) -> _Read | None:
    """Return what reads a good request for a long list at once, None for other routes.

    It gives up, by None, on whatever it does not know for good: the framework, which takes several
    times as long, then says what is wrong.
    """
    needs = route.dependant
    given = {str(each.name): cast(_Given, each.call) for each in needs.dependencies}
    queries = {each.name: each.field_info.annotation for each in needs.query_params}
    of_request = [list(signature(each).parameters) == ["request"] for each in given.values()]
    is_all_there_is = signature(route.endpoint).parameters.keys() == {*given, *queries}
    is_told = get_type_hints(route.endpoint).get("return") is Response
    if len(queries) != 1 or not (is_told and is_all_there_is and all(of_request)):
        return None
    [(name, shape)] = queries.items()

    async def read(request: Request) -> dict[str, Any] | None:
        values = {each: await give(request) for each, give in given.items()}
        asked = _asked(shape, QueryParams(request.scope["query_string"]))
        return None if asked is None else {**values, name: asked}

    return read


def _asked(shape: Any, query: QueryParams) -> Any:
    """Return what a good query asks for, None if it may be none."""
    asked: dict[str, Any] = {}
    for name in query:
        field, values = shape.model_fields.get(name), query.getlist(name)
        is_list = field is not None and get_origin(field.annotation) is list
        if field is None or (len(values) > 1 and not is_list):
            return None
        asked[name] = values if is_list else values[0]
    try:
        return shape.model_validate(asked)
    except ValidationError:
        return None


class _StrictRequest(Request):
    """A request whose body and query hold a `Repeated` in place of what was given twice."""

    @property
    def query_params(self) -> QueryParams:
        if not hasattr(self, "_query_params"):
            self._query_params = _QueryOnce(self.scope["query_string"])
        return self._query_params

    async def json(self) -> Any:
        """Return the body; raises ValueError if it is no JSON in UTF-8 (a mark in front is fine).

        Numbers with more digits than Python reads count as none, too deep a nesting as well.
        """
        if not hasattr(self, "_json"):
            text = (await self.body()).decode("utf-8-sig")
            self._json = json.loads(text, object_pairs_hook=_each_once, parse_float=_number)
        return self._json


class _QueryOnce(QueryParams):
    def get(self, key: Any, default: Any = None) -> Any:
        # What may be repeated is asked for with getlist().
        return Repeated() if len(self.getlist(key)) > 1 else super().get(key, default)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        fields[name] = Repeated() if name in fields else value
    return fields


def _number(text: str) -> int | float:
    """Return a number; JSON has one kind of them, and 60.0 is as whole as 60."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _takes_query(endpoint: Callable[..., Any]) -> bool:
    hints = get_type_hints(endpoint, include_extras=True).values()
    return any(isinstance(each, params.Query) for hint in hints for each in _metadata(hint))


def _takes_body(endpoint: Callable[..., Any]) -> bool:
    hints = get_type_hints(endpoint, include_extras=True).values()
    return any(
        isinstance(kind, type) and issubclass(kind, BaseModel)
        for hint in hints
        for kind in [getattr(hint, "__origin__", hint)]
        if not any(isinstance(each, params.Query) for each in _metadata(hint))
    )


def _metadata(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__metadata__", ())


async def _no_query(_query: Annotated[NoQuery, Query()]) -> None:
    """Refuse every query field."""


async def _no_body(_body: Annotated[NoBody | None, Body()] = None) -> None:
    """Refuse every field in a body."""
