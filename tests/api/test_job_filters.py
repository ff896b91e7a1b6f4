"""Jobs are found by their tags and by any part of their name or description."""

from typing import Any
from urllib.parse import quote

from tests.api.answers import data_of, errors_of
from tests.support.world import World

EMPTY = "Must not be empty."
ONE_LINE = "This must be one line of printable characters."


async def names(world: World, query: str) -> list[str]:
    """Return the names of the jobs on the first page, and check the total."""
    listed: Any = data_of(await world.api("GET", f"/jobs?{query}"))
    assert listed["pagination"]["total"] == len(listed["jobs"]), query
    return [job["name"] for job in listed["jobs"]]


async def test_jobs_have_all_the_tags_that_are_asked_for(world: World) -> None:
    await world.make_job(name="both", tags=["prod", "db"])
    await world.make_job(name="one", tags=["prod"])
    await world.make_job(name="other", tags=["Prod", "prod db", "pro", 'd"b', "5"])
    await world.make_job(name="none")
    cases = {
        "tag=prod": ["both", "one"],
        "tag=prod&tag=db": ["both"],
        "tag=db&tag=prod&tag=db": ["both"],
        "tag=Prod": ["other"],
        "tag=prod%20db": ["other"],
        "tag=d%22b": ["other"],
        "tag=5": ["other"],
        "tag=pr%25": [],
        "tag=prod&tag=Prod": [],
    }
    for query, found in cases.items():
        assert await names(world, query) == found, query


async def test_a_part_of_name_or_description_is_found_in_any_case(world: World) -> None:
    await world.make_job(name="Nightly BACKUP", description="to S3\nand Glacier")
    await world.make_job(name="Straße Ünïcode", description="Εβδομάδας")
    await world.make_job(name="Billing", description="needs the backup")
    cases = {
        "backup": ["Nightly BACKUP", "Billing"],
        "LY b": ["Nightly BACKUP"],
        "glacier": ["Nightly BACKUP"],
        "ÜNÏ": ["Straße Ünïcode"],
        "u\u0308ni\u0308": ["Straße Ünïcode"],
        "STRASSE": ["Straße Ünïcode"],
        "ΕΒΔΟΜΆΔΑΣ": ["Straße Ünïcode"],
        "nightly to": [],
        "uni": [],
        "backups": [],
    }
    for part, found in cases.items():
        assert await names(world, f"q={quote(part)}") == found, part


async def test_signs_that_mean_something_to_a_database_are_literal(world: World) -> None:
    for name in ("100% done", "a_b", "a/b", "back\\slash", "[x]", "it's", 'quo"te', "*"):
        await world.make_job(name=name, description="x")
    for part in ("%", "_", "/", "\\", "[", "'", '"', "*"):
        [name] = await names(world, f"q={quote(part, safe='')}")
        assert part in name
    for part in ("1%done", "a.b", "%%", "__", "\\%"):
        assert await names(world, f"q={quote(part, safe='')}") == [], part


async def test_a_job_is_found_by_its_new_name_only(world: World) -> None:
    job = await world.make_job(name="Old", description="Früher")
    change = {"name": "New", "description": None, "tags": ["x"]}
    data_of(await world.api("PATCH", f"/jobs/{job['id']}", change))
    for query, found in {"q=old": [], "q=fr": [], "q=NEW": ["New"], "tag=x": ["New"]}.items():
        assert await names(world, query) == found, query


async def test_filters_narrow_one_another(world: World) -> None:
    for name, tags in (("A one", ["x"]), ("A two", ["y"]), ("B one", ["x"]), ("A off", ["x"])):
        job = await world.make_job(name=name, tags=tags)
        await world.ping(job)
        if name == "A off":
            await world.api("POST", f"/jobs/{job['id']}/pause")
    assert await names(world, "q=a%20&tag=x") == ["A one", "A off"]
    assert await names(world, "q=a%20&tag=x&status=healthy") == ["A one"]
    assert await names(world, "q=a%20&tag=x&status=disabled&sort=-name") == ["A off"]


async def test_filters_that_cannot_match_are_refused_all_at_once(world: World) -> None:
    tags = "&".join(f"tag={number}" for number in range(21))
    cases = {
        "q=": {"q": [EMPTY]},
        "q=a%00b": {"q": [ONE_LINE]},
        "q=a%0Ab": {"q": [ONE_LINE]},
        f"q={'x' * 256}": {"q": ["Must be at most 255 characters long."]},
        "q=a&q=b": {"q": ["Must be given only once."]},
        "tag=&tag=a%00": {"tag.0": [EMPTY], "tag.1": [ONE_LINE]},
        f"tag={'x' * 51}": {"tag.0": ["Must be at most 50 characters long."]},
        tags: {"tag": ["Must have at most 20 items."]},
        "sort=id&q=": {"q": [EMPTY], "sort": SORTS},
        "sort=--name": {"sort": SORTS},
        "tags=x": {"tags": ["There is no such field."]},
    }
    for query, errors in cases.items():
        assert errors_of(await world.api("GET", f"/jobs?{query}")) == errors, query


_SORTS = (
    "Must be 'name', '-name', 'created_at', '-created_at', 'status', '-status', "
    "'last_signal_at', '-last_signal_at', 'next_expected_at' or '-next_expected_at'."
)
SORTS = [_SORTS]
