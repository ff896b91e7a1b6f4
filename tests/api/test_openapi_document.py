"""The OpenAPI document is there for anybody, and is fetched once."""

from cronbeats.app import App
from cronbeats.settings import Settings
from tests.api.answers import problem_of
from tests.support.world import World

PATH = "/api/v1/openapi.json"


async def test_anybody_may_read_it(world: World) -> None:
    answer = await world.http.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["openapi"].startswith("3.1")
    assert (await world.api("GET", "/openapi.json")).content == answer.content


async def test_it_names_the_server_that_clients_reach(world: World) -> None:
    app = App(Settings(public_url="https://beats.test/"), world.db, world.clock, world.senders)
    async with world.client_of(app) as http:
        document = (await http.get(PATH)).json()
    assert [server["url"] for server in document["servers"]] == ["https://beats.test"]


async def test_a_client_that_has_it_need_not_fetch_it_again(world: World) -> None:
    first = await world.http.get(PATH)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        again = await world.http.get(PATH, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["ETag"] == etag
    other = await world.http.get(PATH, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)


async def test_its_head_tells_how_long_it_is(world: World) -> None:
    whole, head = await world.http.get(PATH), await world.http.head(PATH)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers
    assert int(head.headers["Content-Length"]) == len(whole.content)


async def test_it_cannot_be_written(world: World) -> None:
    for method in ("POST", "PUT", "DELETE"):
        problem_of(await world.http.request(method, PATH), 401, "invalid_api_key")
        problem_of(await world.api(method, "/openapi.json"), 404, "not_found")
