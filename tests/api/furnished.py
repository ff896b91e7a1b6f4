"""A workspace in which there is something of everything, and what its routes can be asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import insert

from cronbeats.domain.access import Role
from cronbeats.domain.one_time_link import LinkPurpose
from cronbeats.domain.token import hash_token
from cronbeats.edge.json_schema import resolve
from cronbeats.storage.schema import one_time_links
from tests.api.answers import data_of
from tests.api.routes import ROUTES
from tests.support.world import Json, World

DAY = 86_400
NOBODYS = 999_999_999
# Of Telegram, not of ours.
_IDS_OF_OTHERS = {"chat_id"}
SAME_KEY = {"Idempotency-Key": "the-same-for-all"}


@dataclass(frozen=True)
class Furnished:
    """A workspace by its key; `ids` are what can stand in paths, queries and bodies."""

    key: str
    ids: Mapping[str, Any]
    words: frozenset[str] = field(default_factory=frozenset)


async def furnish(world: World, key: str, whose: str) -> Furnished:
    """Put something of everything into the workspace of a key; `whose` is in most of its words.

    Nothing of it changes by itself within a day.
    """
    schedule = {"expected_interval_seconds": 2 * DAY}
    hook = {"url": f"https://{whose}.test/hook", "secret": f"{whose}-secret-{whose}"}
    data_of(await world.api("PUT", "/integrations/webhook", hook, key=key))
    rules = {"alert_on_late": True, "reminder_interval_seconds": 2 * DAY}
    data_of(await world.api("PUT", "/integrations/alert-rules", rules, key=key))
    data_of(await world.api("POST", "/integrations/webhook/test", key=key))
    wishes = {"name": "Backup", "description": f"Of {whose}", "tags": [whose], **schedule}
    job = data_of(await world.api("POST", "/jobs", wishes, key=key), 201)
    for action in ("/start", "/end/success", "/start", "/end/fail", "/start"):
        await world.ping(job, action, content=f"{whose} output".encode())
    await world.deliver_all()
    listed = data_of(await world.api("GET", f"/jobs/{job['id']}/signals", key=key))
    await _invite(world, data_of(await world.api("GET", "/me", key=key))["workspace"]["id"], whose)
    [entry] = data_of(await world.api("GET", "/audit-log?per_page=1", key=key))["entries"]
    ids = {
        "actor_id": entry["actor"]["id"],
        "job_id": job["id"],
        "signal_id": listed["signals"][0]["id"],
        "name": job["name"],
    }
    return Furnished(key, {**ids, "job_ids": [job["id"]]}, frozenset({whose, job["job_key"]}))


async def _invite(world: World, workspace_id: int, whose: str) -> None:
    now = world.clock()
    values = {
        "purpose": LinkPurpose.INVITATION,
        "token_hash": hash_token(whose),
        "workspace_id": workspace_id,
        "email": f"{whose}@example.com",
        "role": Role.MEMBER,
        "created_at": now,
        "expires_at": now + timedelta(days=7),
    }
    async with world.db.write() as tx:
        await tx.execute(insert(one_time_links).values(values))


def nobodys(one: Furnished) -> dict[str, Any]:
    """Return the same ids, but of nothing that there is."""
    return {name: [NOBODYS] if name.endswith("_ids") else NOBODYS for name in one.ids}


def ids_asked(world: World, route: str) -> list[str]:
    """Return the names of all ids that a route is given, wherever they stand."""
    return [*_ids_in_path(route), *_ids_in_query(world, route), *_ids_in_body(world, route)]


async def ask(
    world: World, route: str, ids: Mapping[str, Any], headers: Mapping[str, str]
) -> httpx.Response:
    """Use a route as it is meant to be; fails for a parameter of which nothing is in `ids`."""
    method, _, path = route.partition(" ")
    body = ROUTES[route][1]
    if body is not None:
        body = body | {name: ids[name] for name in _ids_in_body(world, route)}
    query = urlencode({name: ids[name] for name in _ids_in_query(world, route)})
    return await world.http.request(
        method,
        f"/api/v1{path.format(**ids)}" + (f"?{query}" if query else ""),
        json=body,
        headers={**SAME_KEY, **headers},
    )


def _ids_in_path(route: str) -> list[str]:
    return [name for name in re.findall(r"\{(\w+)\}", route) if _is_id(name)]


def _ids_in_query(world: World, route: str) -> list[str]:
    parameters = _operation(world, route).get("parameters", ())
    return [each["name"] for each in parameters if each["in"] == "query" and _is_id(each["name"])]


def _ids_in_body(world: World, route: str) -> list[str]:
    content = _operation(world, route).get("requestBody", {}).get("content", {})
    shapes = [resolve(each["schema"], world.published.document) for each in content.values()]
    return [name for shape in shapes for name in shape.get("properties", ()) if _is_id(name)]


def _is_id(name: str) -> bool:
    return name.endswith(("_id", "_ids")) and name not in _IDS_OF_OTHERS


def _operation(world: World, route: str) -> Json:
    operation: Json = world.published.operations[route.replace(" ", " /api/v1")]
    return operation
