"""The API and the pages: a list of 100 jobs beside bare FastAPI, and the page of 1000 jobs.

    .venv/bin/python -m benchmarks.api

Bare FastAPI, in a process of its own on the same HTTP server, answers the same bytes: once as they
are, once made by the framework from the same values in memory. All take turns within each round.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from benchmarks.filler import analyze, copy_job
from benchmarks.ping_load import Run, fetch
from benchmarks.ping_targets import (
    PROGRAM,
    cronbeats,
    databases,
    free_port,
    running,
    wait_until_ready,
)
from benchmarks.processor_time import of_tree
from benchmarks.report import Goal, print_table, tell_numbers
from cronbeats.domain.job import Rules, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.receive_signals import Arrival, receive_signals
from cronbeats.services.set_up import NewWorkspace, set_up
from cronbeats.storage import jobs, users
from cronbeats.storage.database import Database
from cronbeats.storage.jobs import NewJob
from cronbeats.storage.ledger import open_account
from cronbeats.storage.migrate import migrate
from cronbeats.storage.password_hashes import PasswordHashes

_LISTED, _ON_PAGES = 100, 1_000
# A key may ask 60 times a minute.
_WORKSPACES = 120
_EMAIL, _PASSWORD = "ada@example.com", "a password of no use elsewhere"
_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Result:
    """The medians of one target's runs: answers a second, and milliseconds until the answer.

    `times` says how many times as long it takes as the bare app with bytes and with values.
    `cpu_ms` is what the server's process takes of the processors for one answer.
    """

    target: str
    rate: float
    cpu_ms: float
    times_cpu: float
    p50_ms: float
    p99_ms: float
    size: int
    times_bytes: float
    times_values: float


@dataclass(frozen=True, slots=True)
class _Target:
    name: str
    url: str
    headers_file: Path
    size: int
    pid: int


@dataclass(frozen=True, slots=True)
class _Answered:
    """One run, and the milliseconds of the processors that an answer took."""

    run: Run
    cpu_ms: float


def main() -> None:
    """Run the benchmark, print a table, and write the numbers as JSON."""
    options = _options()
    results = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        targets: list[_Target] = []
        for kind, url in databases(options.databases, [""], folder, stack):
            targets += _product(kind, url, folder, stack)
        targets = [*_bare(targets[0], folder, stack), *targets]
        rounds = [[_ask(each, options) for each in targets] for _ in range(options.rounds)]
        results = _results(targets, rounds)
    _print(results)
    tell_numbers(options.json, [asdict(each) for each in results], _goals(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="how long each run takes")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", type=Path, default=Path("benchmark-api.json"))
    return parser.parse_args()


def _product(kind: str, url: str, folder: Path, stack: ExitStack) -> Iterator[_Target]:
    """Run the product; give its list of 100 jobs and its page of 1000."""
    made = asyncio.run(_make_workspaces(url))
    server = stack.enter_context(cronbeats(kind, PROGRAM, url, [], folder))
    origin = server.url.removesuffix("/ping")
    keys, cookie = folder / f"{kind} keys of the API", folder / f"{kind} cookie"
    keys.write_text("\n".join(f"X-API-Key: {each.api_key}" for each in made[1:]))
    cookie.write_text(f"Cookie: {_sign_in(origin)}")
    listed = f"{origin}/api/v1/jobs?per_page={_LISTED}"
    page = f"{origin}/w/{made[0].workspace_id}/jobs"
    yield _target(f"{kind}: list of {_LISTED} jobs", listed, keys, server.pid)
    yield _target(f"{kind}: page of {_ON_PAGES} jobs", page, cookie, server.pid)


def _bare(listed: _Target, folder: Path, stack: ExitStack) -> Iterator[_Target]:
    body, none = folder / "body", folder / "no header"
    body.write_bytes(_fetch(listed.url, listed.headers_file))
    none.write_text("X-Nothing: 1")
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.bare_api", str(port), str(body)]
    pid = stack.enter_context(running(command, {}, Path.cwd()))
    for name in ("bytes", "values"):
        url = f"http://127.0.0.1:{port}/{name}"
        wait_until_ready(url)
        yield _target(f"bare: {name}", url, none, pid)


def _target(name: str, url: str, headers_file: Path, pid: int | None) -> _Target:
    return _Target(name, url, headers_file, len(_fetch(url, headers_file)), pid or 0)


def _fetch(url: str, headers_file: Path) -> bytes:
    name, value = headers_file.read_text().split("\n", maxsplit=1)[0].split(": ", maxsplit=1)
    request = urllib.request.Request(url, headers={name: value})  # noqa: S310 - our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own
        body: bytes = answer.read()
    return body


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that the answer to the form itself is seen."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _sign_in(origin: str) -> str:
    form = urllib.parse.urlencode({"email": _EMAIL, "password": _PASSWORD}).encode()
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": origin}
    request = urllib.request.Request(f"{origin}/sign-in", form, headers)  # noqa: S310 - our own
    try:
        urllib.request.build_opener(_Stay).open(request)
    except HTTPError as answer:
        return "; ".join(_cookies(answer.headers))
    raise AssertionError("The form was not answered with a redirect")


def _cookies(headers: Message) -> list[str]:
    return [value.partition(";")[0] for value in headers.get_all("Set-Cookie", [])]


async def _make_workspaces(url: str) -> list[NewWorkspace]:
    """Make a workspace with many jobs, and many with some, all of the same person."""
    db = Database(url)
    await migrate(db)
    now = datetime.now(UTC)
    made = []
    for number in range(_WORKSPACES + 1):
        workspace = await set_up(db, f"Home {number}", _EMAIL, now)
        await _make_jobs(db, workspace.workspace_id, _LISTED if number else _ON_PAGES, now)
        made.append(workspace)
    kept = await PasswordHashes().make(_PASSWORD)
    async with db.write() as tx:
        owner = await users.find(tx, _EMAIL)
        if owner is None:
            raise AssertionError("There is no owner")
        await users.set_password(tx, owner.id, kept)
    await analyze(db)
    await db.close()
    return made


async def _make_jobs(db: Database, workspace_id: int, count: int, now: datetime) -> None:
    keys = [new_job_key() for _ in range(count)]
    rules = Rules(Every(86_400))
    async with db.write() as tx:
        new = NewJob(workspace_id, keys[0], "Backup of the database", rules, tags=("nightly",))
        first = await jobs.add(tx, new, new_state(now))
        await open_account(tx, first)
    await receive_signals(db, [Arrival(keys[0], Signal(SignalKind.PING, now))])
    await copy_job(db, first.id, keys[1:])


def _ask(target: _Target, options: argparse.Namespace) -> _Answered:
    before = of_tree(target.pid)
    run = fetch(target.url, target.headers_file, _CONNECTIONS, options.seconds)
    if run.refused or run.failed:
        raise AssertionError(f"{target.name}: {run.refused} refused, {run.failed} failed")
    return _Answered(run, (of_tree(target.pid) - before) / run.acknowledged * 1000)


def _results(targets: Sequence[_Target], rounds: Sequence[Sequence[_Answered]]) -> list[Result]:
    results = []
    for place, target in enumerate(targets):
        its = [round_[place].run for round_ in rounds]
        as_bytes, as_values = (
            statistics.median(round_[bare].run.rate / round_[place].run.rate for round_ in rounds)
            for bare in (0, 1)
        )
        cpu, bare_cpu = (
            statistics.median(round_[each].cpu_ms for round_ in rounds) for each in (place, 1)
        )
        results.append(
            Result(
                target.name,
                round(statistics.median(run.rate for run in its), 1),
                round(cpu, 2),
                round(cpu / bare_cpu, 2),
                statistics.median(run.p50_ms for run in its),
                statistics.median(run.p99_ms for run in its),
                target.size,
                round(as_bytes, 2),
                round(as_values, 2),
            )
        )
    return results


def _goals(results: Sequence[Result]) -> list[Goal]:
    return [
        Goal(f"{each.target}, in times of bare FastAPI", each.times_values, at_most=3)
        for each in results
        if "list" in each.target
    ]


def _print(results: Sequence[Result]) -> None:
    print_table(
        (
            *("target", "answers/s", "p50 ms", "p99 ms", "bytes", "times bytes", "times values"),
            *("cpu ms", "times values' cpu"),
        ),
        [
            (
                *(each.target, f"{each.rate:.0f}", f"{each.p50_ms:.1f}", f"{each.p99_ms:.1f}"),
                *(str(each.size), f"{each.times_bytes:.1f}", f"{each.times_values:.1f}"),
                *(f"{each.cpu_ms:.2f}", f"{each.times_cpu:.1f}"),
            )
            for each in results
        ],
    )


if __name__ == "__main__":
    main()
