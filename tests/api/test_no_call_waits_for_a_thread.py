"""No call is handed to a thread of the framework's, which costs more than most of them do."""

import inspect
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from cronbeats.api.app import build_routes
from tests.support.world import World


def all_of(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from all_of(each)


def test_whatever_a_call_consists_of_is_awaited(world: World) -> None:
    routes = [
        route.original_route for route in iter_route_contexts(build_routes(world.senders).routes)
    ]
    asked = [
        each for route in routes if isinstance(route, APIRoute) for each in all_of(route.dependant)
    ]
    assert len(asked) > 100
    for each in asked:
        call = each.call if inspect.isfunction(each.call) else type(each.call).__call__
        assert inspect.iscoroutinefunction(call), each.call
