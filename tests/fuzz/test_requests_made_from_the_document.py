"""Requests that schemathesis makes from the OpenAPI document are answered as the document says.

All its checks are on: no server error, no status, header or body that is not documented, what is
valid is accepted, what is not is refused, no key no answer, no other workspace's things, what was
deleted is gone. Here it tries each call on both databases, with allowed and forbidden values: each
value and limit that the document names on one of the databases, by turns, and half of what breaks
them. `make fuzz` tries all on both, other requests each time, and calls that follow one another.
"""

import os
from pathlib import Path

from tests.fuzz.conftest import Reached
from tests.fuzz.fuzzer import fuzz
from tests.support.world import World

# Only so many seconds, if somebody fuzzes; else the same requests every time.
SECONDS = os.environ.get("FUZZ_SECONDS")
SEED = os.environ.get("FUZZ_SEED", "1")
# For a machine that is busy with other tests; a quiet one needs a twentieth of it.
PATIENCE_SECONDS = 600.0 + 2 * float(SECONDS or 0)


async def test_what_is_allowed_and_what_is_forbidden_is_answered_as_the_document_says(
    world: World, reached: Reached, tmp_path: Path, database_url: str
) -> None:
    job = await world.make_job()
    await world.ping(job, "/end/fail", content=b"output")
    half = "0" if database_url.startswith("sqlite") else "1"
    short = ("--phases", "examples,coverage")
    fuzzed = await fuzz(
        reached,
        f"{reached.url}/api/v1/openapi.json",
        *("--seed", SEED, "--mode", "all"),
        *(("--max-time", SECONDS) if SECONDS else short),
        workshop=tmp_path,
        seconds=PATIENCE_SECONDS,
        half="" if SECONDS else half,
    )
    assert fuzzed.exit_code == 0, fuzzed.told
    calls = len(reached.operations)
    assert f"Selected: {calls}/{calls}" in fuzzed.told, fuzzed.told
    assert f"Tested: {calls}" in fuzzed.told, fuzzed.told
