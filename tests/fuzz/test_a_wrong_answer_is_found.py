"""The fuzzer finds what is wrong, says so without telling a key, and never runs for ever."""

import json
from pathlib import Path

import pytest

from tests.fuzz.conftest import Reached
from tests.fuzz.fuzzer import fuzz


async def test_an_answer_that_is_not_as_documented_is_told_with_its_request(
    sqlite_reached: Reached, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.json"
    sqlite_reached.document["components"]["schemas"]["Me"]["required"].append("colour")
    wrong.write_text(json.dumps(sqlite_reached.document))
    fuzzed = await fuzz(
        sqlite_reached,
        str(wrong),
        *("--url", sqlite_reached.url, "--include-operation-id", "getMe"),
        *("--phases", "coverage", "--mode", "positive"),
        workshop=tmp_path,
        seconds=300,
    )
    assert fuzzed.exit_code == 1, fuzzed.told
    assert '"colour" is a required property' in fuzzed.told, fuzzed.told
    asked = f"curl -X GET -H 'X-API-Key: [Filtered]' {sqlite_reached.url}/api/v1/me"
    assert asked in fuzzed.told, fuzzed.told
    assert not any(key in fuzzed.told for key in sqlite_reached.keys.values())


async def test_a_run_that_takes_too_long_is_ended_and_told(
    sqlite_reached: Reached, tmp_path: Path
) -> None:
    url = f"{sqlite_reached.url}/api/v1/openapi.json"
    with pytest.raises(AssertionError, match=r"not done after 0\.1 s; not answered: "):
        await fuzz(sqlite_reached, url, workshop=tmp_path, seconds=0.1)
