"""How light it is: memory of a whole server, time to start, size of what is installed.

    .venv/bin/python -m benchmarks.light

Memory is the proportional set size (PSS) of all processes of a server: what several share counts
once. A start is measured from the command to the first 200, beside a Python that only imports the
frameworks, in turns; the processor's time says more than seconds do on a machine that others use.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from benchmarks import processor_time
from benchmarks.memory import MIB, proportional_set_size
from benchmarks.ping_load import ask
from benchmarks.ping_targets import PROGRAM, Target, cronbeats, databases, make_jobs
from benchmarks.report import Goal, print_table, tell_numbers

_FRAMEWORKS = "import fastapi, sqlalchemy"
_CONNECTIONS = 128
_LOOK_SECONDS = 0.5
_IDLE_MIB, _LOADED_MIB, _START_SECONDS = 120, 250, 2.0


@dataclass(frozen=True, slots=True)
class Start:
    """The medians of a server's starts, in seconds until the first 200.

    `share` is the processor's time beside that of importing the frameworks.
    """

    target: str
    seconds: float
    processor_seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class Memory:
    """What all processes of a server take, in MiB: when idle, and at most under load."""

    target: str
    processes: int
    idle_mib: float
    loaded_mib: float
    pings_a_second: float


@dataclass(frozen=True, slots=True)
class Installed:
    """What one distribution takes on the disk, in MiB."""

    name: str
    version: str
    mib: float


def main() -> None:
    """Run the benchmark, print its tables, and write the numbers as JSON."""
    options = _options()
    starts: list[Start] = []
    memory: list[Memory] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, url in databases(options.databases, [""], folder, stack):
            keys = asyncio.run(make_jobs(url, options.jobs))
            starts.append(_start(name, url, keys, folder, options.rounds))
            counts = (1, 2) if name == "postgres" else (1,)
            memory += [
                _weigh(name, url, keys, folder, workers=count, options=options) for count in counts
            ]
    installed = sorted(_installed(), key=lambda each: -each.mib)
    _print(starts, memory, installed)
    goals = list(_goals(starts, memory))
    runs = [*map(asdict, starts), *map(asdict, memory), *map(asdict, installed)]
    tell_numbers(options.json, runs, goals)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is started")
    parser.add_argument("--idle", type=float, default=30, help="seconds before it counts as idle")
    parser.add_argument("--seconds", type=int, default=10, help="how long the load lasts")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-light.json"))
    return parser.parse_args()


def _start(name: str, url: str, keys: list[str], folder: Path, rounds: int) -> Start:
    seconds, processor, shares = [], [], []
    for _ in range(rounds):
        frameworks = _processor_time_of_frameworks()
        begun = time.monotonic()
        with cronbeats(name, PROGRAM, url, keys, folder) as target:
            seconds.append(time.monotonic() - begun)
            used = processor_time.of_tree(_pid(target))
        processor.append(used)
        shares.append(used / frameworks)
    return Start(name, *(statistics.median(each) for each in (seconds, processor, shares)))


def _processor_time_of_frameworks() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Our own Python, with our own words.
    subprocess.run([sys.executable, "-c", _FRAMEWORKS], check=True)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _weigh(
    name: str,
    url: str,
    keys: list[str],
    folder: Path,
    *,
    workers: int,
    options: argparse.Namespace,
) -> Memory:
    """Weigh a server when idle, then every half second while it is pinged."""
    label = f"{name}, {workers} processes" if workers > 1 else name
    with cronbeats(name, PROGRAM, url, keys, folder, f"--workers={workers}") as target:
        time.sleep(options.idle)
        idle = proportional_set_size(_pid(target))
        rates: list[float] = []
        load = threading.Thread(target=lambda: rates.append(_ping(target, options.seconds)))
        load.start()
        most = idle
        while load.is_alive():
            most = max(most, proportional_set_size(_pid(target)))
            load.join(_LOOK_SECONDS)
        processes = len(processor_time.tree(_pid(target)))
    [rate] = rates
    return Memory(label, processes, idle / MIB, most / MIB, rate)


def _ping(target: Target, seconds: int) -> float:
    run = ask(target.url, "POST", _CONNECTIONS, seconds, keys_file=target.keys_file, first=0)
    return run.rate


def _pid(target: Target) -> int:
    assert target.pid is not None, "only our own servers are weighed"  # noqa: S101 - for mypy
    return target.pid


def _installed() -> Iterator[Installed]:
    """Give what a server needs, as far as it is for this machine, and CronBeats itself."""
    locked = re.findall(r"(?m)^([a-z0-9-]+)==", Path("requirements/runtime.txt").read_text())
    for name in ("cronbeats", *locked):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # It is for another system.
        yield Installed(name, found.version, _size(found) / MIB)


def _size(found: Distribution) -> int:
    if found.metadata["Name"] == "cronbeats":
        # It is installed as a link to the sources.
        files = [file for file in Path("src").rglob("*") if "__pycache__" not in file.parts]
    else:
        files = [Path(str(found.locate_file(file))) for file in found.files or ()]
    return sum(file.stat().st_size for file in files if file.is_file())


def _print(starts: list[Start], memory: list[Memory], installed: list[Installed]) -> None:
    sys.stdout.write("\n")
    print_table(
        ("start", "seconds", "processor s", "beside frameworks"),
        [
            (
                each.target,
                f"{each.seconds:.2f}",
                f"{each.processor_seconds:.2f}",
                f"{each.share:.1f}",
            )
            for each in starts
        ],
    )
    sys.stdout.write("\n")
    print_table(
        ("memory", "processes", "idle MiB", "loaded MiB", "pings/s"),
        [
            (
                each.target,
                str(each.processes),
                f"{each.idle_mib:.0f}",
                f"{each.loaded_mib:.0f}",
                f"{each.pings_a_second:.0f}",
            )
            for each in memory
        ],
    )
    sys.stdout.write("\n")
    total = sum(each.mib for each in installed)
    rows = [(each.name, each.version, f"{each.mib:.1f}") for each in installed]
    print_table(("installed", "version", "MiB"), [*rows, ("all", "", f"{total:.1f}")])


def _goals(starts: list[Start], memory: list[Memory]) -> Iterator[Goal]:
    for start in starts:
        for what, measured in (("", start.seconds), ("processor ", start.processor_seconds)):
            words = f"{what}seconds to start, {start.target}"
            yield Goal(words, measured, at_most=_START_SECONDS)
    for each in memory:
        if each.processes == 1:
            yield Goal(f"MiB when idle, {each.target}", each.idle_mib, at_most=_IDLE_MIB)
            yield Goal(f"MiB under load, {each.target}", each.loaded_mib, at_most=_LOADED_MIB)


if __name__ == "__main__":
    main()
