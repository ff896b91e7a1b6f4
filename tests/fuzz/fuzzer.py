"""Runs schemathesis, in a process of its own and for a limited time."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.conftest import Reached

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fuzzed:
    """How a run ended, and all that it printed."""

    exit_code: int
    told: str


async def fuzz(
    reached: Reached, *options: str, workshop: Path, seconds: float, half: str = ""
) -> Fuzzed:
    """Make requests from the server's document and check the answers.

    `workshop` is a directory for the run's files. `half` is which half of the requests to make,
    0 or 1, or nothing for all. Raises AssertionError if the run has not ended after some `seconds`;
    it tells what was printed, and what was asked last.
    """
    printed = workshop / "printed"
    with printed.open("wb") as output:
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(HERE / "schemathesis.toml"), "run"),
            *("--checks", "all", "--continue-on-failure", "--no-color"),
            *("--request-timeout", "30", "--generation-database", "none"),
            *options,
            cwd=workshop,
            env=_environment(reached, workshop, half),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            exit_code = await asyncio.wait_for(run.wait(), seconds)
        except TimeoutError:
            raise AssertionError(
                f"not done after {seconds:g} s; not answered: {sorted(reached.unanswered)}; "
                f"asked last: {list(reached.asked)}; printed so far:\n{printed.read_text()}"
            ) from None
        finally:
            if run.returncode is None:
                run.kill()
                await run.wait()
    return Fuzzed(exit_code, printed.read_text())


def _environment(reached: Reached, workshop: Path, half: str) -> dict[str, str]:
    keys = workshop / "keys.json"
    users = [
        {"name": name, "fixedHeaders": [{"name": "X-API-Key", "value": key}]}
        for name, key in reached.keys.items()
    ]
    keys.write_text(json.dumps({"auth": users}))
    return {
        **os.environ,
        "FUZZ_KEYS": str(keys),
        "FUZZ_HALF": half,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.formats",
        "PYTHONPATH": str(HERE.parents[1]),
        "COLUMNS": "200",
    }
