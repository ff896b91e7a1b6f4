"""Requests that schemathesis makes from the OpenAPI document are answered as the document says.

All its checks are on: no server error, no status, header or body that is not documented, what is
valid is accepted, what is not is refused, no key no answer, no other workspace's things, what was
deleted is gone. Here it tries every value and limit that the document names; `make fuzz` goes on
from there with other requests each time, and with calls that follow one another.
"""

import os
from pathlib import Path

from tests.fuzz.conftest import Reached
from tests.fuzz.fuzzer import fuzz
from tests.support.world import World

# Only so many seconds, if somebody fuzzes; else the same requests every time.
SECONDS = os.environ.get("FUZZ_SECONDS")
SEED = os.environ.get("FUZZ_SEED", "1")
# For a machine that is busy with other tests; a quiet one needs a tenth of it.
PATIENCE_SECONDS = 300.0 + float(SECONDS or 0)


async def test_what_the_document_allows_is_answered_as_it_says(
    world: World, reached: Reached, tmp_path: Path
) -> None:
    job = await world.make_job()
    await world.ping(job, "/end/fail", content=b"output")
    short = ("--phases", "examples,coverage", "--mode", "positive")
    options = ("--max-time", SECONDS) if SECONDS else short
    await _find_nothing(reached, *options, workshop=tmp_path)


async def test_what_the_document_forbids_is_refused_as_it_says(
    sqlite_reached: Reached, tmp_path: Path
) -> None:
    # It is refused before any database is asked, so one of them is enough.
    options = ("--phases", "coverage", "--mode", "negative")
    await _find_nothing(sqlite_reached, *options, workshop=tmp_path)


async def _find_nothing(reached: Reached, *options: str, workshop: Path) -> None:
    fuzzed = await fuzz(
        reached,
        f"{reached.url}/api/v1/openapi.json",
        *("--seed", SEED),
        *options,
        workshop=workshop,
        seconds=PATIENCE_SECONDS,
    )
    assert fuzzed.exit_code == 0, fuzzed.told
    calls = len(reached.operations)
    assert f"Selected: {calls}/{calls}" in fuzzed.told, fuzzed.told
    assert f"Tested: {calls}" in fuzzed.told, fuzzed.told
