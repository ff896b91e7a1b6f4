"""Every benchmark, one after the other: one table in the end, and one file.

    .venv/bin/python -m benchmarks     # or some of them: -m benchmarks clock api

Each is a program of its own. The table tells what was measured beside what it is to be. `--quick`
measures less of everything: it shows that all works, and roughly how much it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.report import GOAL_HEADINGS, Goal, goal_row, print_table

_QUICK = {
    "alerts": "--jobs 500",
    "api": "--rounds 1 --seconds 1",
    "clock": "--many 50000 --due 1000 --rounds 1",
    "keeping": "--jobs 200 --pings 300 --rounds 2 --seconds 2",
    "light": "--rounds 1 --idle 5 --seconds 3",
    "overload": "--jobs 5000 --seconds 5",
    "ping": "--rounds 1",
    "processes": "--processes 1 2 --jobs 10000 --rounds 1 --seconds 1",
}


def main() -> None:
    """Run the benchmarks, print their goals, and write all numbers; exit with 1 if one failed."""
    options = _options()
    numbers, failed = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            begun = time.monotonic()
            told = _run(name, Path(folder, f"{name}.json"), is_quick=options.quick)
            if told is None:
                failed.append(name)
            else:
                numbers[name] = told
            sys.stdout.write(f"== {name} took {time.monotonic() - begun:.0f} s\n\n")
    _print(numbers)
    options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    sys.stdout.write(f"\nWritten to {options.json}\n")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _options() -> argparse.Namespace:
    known = _known()
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("names", nargs="*", default=known, help=", ".join(known))
    parser.add_argument("--quick", action="store_true", help="measure less of everything")
    parser.add_argument("--json", type=Path, default=Path("benchmark-all.json"))
    options = parser.parse_args()
    if unknown := set(options.names) - set(known):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    return options


def _known() -> list[str]:
    """Return every program beside this one that writes what it measured."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    own = Path(__file__).name
    return [path.stem for path in files if path.name != own and '"--json"' in path.read_text()]


def _run(name: str, file: Path, *, is_quick: bool) -> dict[str, Any] | None:
    """Run one program; return what it measured, None if it failed."""
    sys.stdout.write(f"== {name}\n")
    sys.stdout.flush()
    sizes = _QUICK.get(name, "").split() if is_quick else []
    command = [sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}"]
    # Our own programs, with our own arguments.
    run = subprocess.run([*command, *sizes, "--json", str(file)], check=False)  # noqa: S603
    if run.returncode:
        return None
    told: dict[str, Any] = json.loads(file.read_text())
    return told


def _print(numbers: dict[str, dict[str, Any]]) -> None:
    rows = [
        (name, *goal_row(_goal(told)))
        for name, each in numbers.items()
        for told in each.get("goals", [])
    ]
    sys.stdout.write("\n")
    print_table(("benchmark", *GOAL_HEADINGS), rows)


def _goal(told: dict[str, Any]) -> Goal:
    return Goal(told["what"], told["measured"], told["at_most"], told["at_least"])


if __name__ == "__main__":
    main()
