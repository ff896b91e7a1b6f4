import ast
from collections.abc import Iterator

from tests.support.source_code import PACKAGE, at, is_under, python_files, used_names

CLOCK = PACKAGE / "clock.py"

# What time it is. The database must not be asked either.
TIME_OF_DAY = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.now",
}

# How long something takes.
STOPWATCH = {
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
}
MAY_MEASURE = [PACKAGE / "ping", PACKAGE / "workers", PACKAGE / "senders"]


def uses_of(readers: set[str], source: str) -> Iterator[str]:
    """Tell where a source uses one of the readers, whether it calls it or hands it on."""
    for line, name in used_names(ast.parse(source)):
        if name in readers:
            yield f"line {line} uses {name}"


def test_nothing_but_the_clock_asks_what_time_it_is() -> None:
    files = [path for path in python_files(PACKAGE) if path != CLOCK]
    assert [c for path in files for c in at(path, uses_of(TIME_OF_DAY, path.read_text()))] == []


def test_only_ping_workers_and_senders_measure_how_long_things_take() -> None:
    files = [path for path in python_files(PACKAGE) if not is_under(path, *MAY_MEASURE)]
    assert [c for path in files for c in at(path, uses_of(STOPWATCH, path.read_text()))] == []


def test_the_check_sees_the_time_under_any_name() -> None:
    source = """
import time as t
from datetime import UTC, date, datetime as d
from sqlalchemy import func
from time import time

d.now(UTC)
field(default_factory=t.time_ns)
time()
date.today()
func.now()
"""
    assert sorted(uses_of(TIME_OF_DAY, source)) == [
        "line 10 uses datetime.date.today",
        "line 11 uses sqlalchemy.func.now",
        "line 7 uses datetime.datetime.now",
        "line 8 uses time.time_ns",
        "line 9 uses time.time",
    ]


def test_the_check_leaves_other_things_named_now_alone() -> None:
    source = "from cronbeats.clock import now\nnow()\nclock.now()\njob.time()\n"
    assert list(uses_of(TIME_OF_DAY | STOPWATCH, source)) == []


def test_the_check_sees_a_stopwatch() -> None:
    assert list(uses_of(STOPWATCH, "import time\ntime.monotonic()\n")) == [
        "line 2 uses time.monotonic"
    ]
