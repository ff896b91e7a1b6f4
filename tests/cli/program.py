"""`cronbeats` as an operator runs it: with settings in its environment."""

import os
from pathlib import Path

from tests.support import program
from tests.support.program import Ended


def environment(**settings: str) -> dict[str, str]:
    """Return our own environment with no settings but these."""
    return {
        **{name: value for name, value in os.environ.items() if "CRONBEATS" not in name},
        **{f"CRONBEATS_{name.upper()}": value for name, value in settings.items()},
    }


def run(directory: Path, *arguments: str | bytes, **settings: str) -> Ended:
    """Run the program in a directory until it ends."""
    return program.run(directory, *arguments, environment=environment(**settings))


def init(directory: Path, *arguments: str | bytes, **settings: str) -> Ended:
    """Run `cronbeats init` with a name and an address; arguments may give others."""
    usual = ["--workspace", "Home", "--email", "ada@example.com"]
    return run(directory, "init", *usual, *arguments, **settings)


def complaint(ended: Ended, exit_code: int) -> str:
    """Check that a command failed with one line on stderr and nothing else; return that line."""
    assert (ended.returncode, ended.stdout) == (exit_code, ""), ended
    assert ended.stderr.startswith("error: "), ended.stderr
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert ended.stderr.endswith("\n"), ended.stderr
    return ended.stderr.removeprefix("error: ").removesuffix("\n")
