"""No route passes over a query field that it does not know, or one that is given twice."""

from tests.api.answers import errors_of
from tests.api.routes import ROUTES, ids_of_new_job
from tests.support.world import World

UNKNOWN = ["There is no such field."]
ONCE = ["Must be given only once."]


async def test_every_route_refuses_a_query_field_that_there_is_not(world: World) -> None:
    ids = await ids_of_new_job(world)
    for route, (_, body) in ROUTES.items():
        method, path = route.split()
        answer = await world.api(method, f"{path.format(**ids)}?colour=red", body)
        assert errors_of(answer) == {"colour": UNKNOWN}, route


async def test_a_field_that_is_given_twice_is_refused(world: World) -> None:
    cases = {
        "page=1&page=2": {"page": ONCE},
        "page=1&page=1": {"page": ONCE},
        "status=down&status=late": {"status": ONCE},
        "page=0&per_page=5&per_page=5": {"page": ["Must be 1 or more."], "per_page": ONCE},
        "colour=a&colour=b": {"colour": UNKNOWN},
    }
    for query, errors in cases.items():
        assert errors_of(await world.api("GET", f"/jobs?{query}")) == errors, query
