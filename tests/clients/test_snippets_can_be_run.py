"""The code that a job's page offers does what it says when it is copied and run."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from cronbeats.web.how_to_ping import ways_to_ping
from tests.domain.build import job_of, rules
from tests.support.server import Json, Server, running_server

FOLDER = Path(__file__).parent
NIGHTLY = "30 2 * * 1-5"
Told = list[tuple[str, int | None, str | None]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give a server on one database: this is about what it is sent."""
    directory = tmp_path_factory.mktemp("server")
    with running_server(directory, f"sqlite:///{directory / 'cronbeats.db'}") as started:
        yield started


@pytest.fixture
def script(tmp_path: Path) -> Callable[[int], Path]:
    """Give a function that makes a job which says something and ends with an exit code."""

    def make(code: int) -> Path:
        made = tmp_path / f"job-{code}"
        made.write_text(f'#!/bin/sh\necho \'100 % of "it"\' "$@"\nexit {code}\n')
        made.chmod(0o755)
        return made

    return make


def snippets(server: Server, job: Json, way: str) -> list[str]:
    """Return the code for one way to ping."""
    its = replace(job_of(rules(cron=NIGHTLY)), key=job["job_key"])
    [found] = [each for each in ways_to_ping(its, server.url) if each.name == way]
    return [each.code for each in found.snippets]


def run(*command: str, code: int = 0, **more: Any) -> str:
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **more.pop("env", {})}
    ended = subprocess.run(
        command, env=environment, capture_output=True, check=False, text=True, timeout=60, **more
    )
    assert ended.returncode == code, ended.stderr
    return str(ended.stdout)


def told(server: Server, job: Json) -> Told:
    """Return each signal's kind, exit code and output, the oldest first."""
    return [
        (
            each["type"],
            each["exit_code"],
            output(server, job, each) if each["output_size"] else None,
        )
        for each in server.signals(job)
    ]


def output(server: Server, job: Json, signal: Json) -> str:
    url = f"{server.url}/api/v1/jobs/{job['id']}/signals/{signal['id']}/output"
    return httpx.get(url, headers={"X-API-Key": server.api_key}).text


@pytest.mark.parametrize("code", [0, 3])
def test_lines_of_a_crontab_tell_the_exit_code(
    server: Server, job: Json, script: Callable[[int], Path], code: int
) -> None:
    simple, full = snippets(server, job, "Crontab")
    for line in (simple, full):
        assert line.startswith(f"{NIGHTLY} /path" if line is simple else f"{NIGHTLY} curl")
        assert "%" not in line, "cron would end the command there"
        assert "\n" not in line
        run("sh", "-c", line.removeprefix(NIGHTLY).replace("/path/to/job", str(script(code))))
    end = "fail" if code else "success"
    output = '100 % of "it"\n'
    assert told(server, job) == [(end, code, None), ("start", None, None), (end, code, output)]


def test_the_wrapper_keeps_arguments_output_and_exit_code(
    server: Server, job: Json, script: Callable[[int], Path], tmp_path: Path
) -> None:
    [code] = snippets(server, job, "Shell")
    wrapper = tmp_path / "beat"
    wrapper.write_text(code)
    said = run("sh", str(wrapper), str(script(9)), "two words", code=9)
    assert said == '100 % of "it" two words\n'
    assert told(server, job) == [("start", None, None), ("fail", 9, said)]
    assert len({each["run_id"] for each in server.signals(job)}) == 1


@pytest.mark.parametrize(
    ("way", "runner"),
    [("Python", [sys.executable, "-"]), ("Node", ["node", "--input-type=module"])],
)
def test_clients_tell_how_the_job_ended_and_let_it_fail(
    server: Server, job: Json, way: str, runner: list[str]
) -> None:
    [code] = snippets(server, job, way)
    assert run(*runner, input=code, cwd=FOLDER) == "your job\n"
    body = {"Python": ('print("your job")', "1 / 0"), "Node": ('console.log("your job")', "null.x")}
    assert run(*runner, input=code.replace(*body[way]), cwd=FOLDER, code=1) == ""
    kinds = [kind for kind, _, _ in told(server, job)]
    assert kinds == ["start", "success", "start", "fail"]
    paused = code.replace(job["job_key"], "aaaaaaaa")
    assert run(*runner, input=paused, cwd=FOLDER).endswith(
        "your job\n" if way == "Node" else "disabled\n"
    )


@pytest.mark.parametrize(("status", "kind"), [("", "success"), ("0", "success"), ("2", "fail")])
def test_a_program_that_exits_by_itself_is_believed(
    server: Server, job: Json, status: str, kind: str
) -> None:
    [code] = snippets(server, job, "Python")
    exits = code.replace('print("your job")', f"raise SystemExit({status})")
    run(sys.executable, "-", input=exits, cwd=FOLDER, code=int(status or 0))
    assert [each for each, _, _ in told(server, job)] == ["start", kind]


def test_the_wrapper_runs_the_job_where_there_is_no_room_for_its_output(
    server: Server, job: Json, script: Callable[[int], Path], tmp_path: Path
) -> None:
    [code] = snippets(server, job, "Shell")
    nowhere = {"TMPDIR": str(tmp_path / "missing")}
    said = run("sh", "-s", str(script(9)), input=code, code=9, env=nowhere)
    assert said == '100 % of "it"\n'


@pytest.mark.parametrize(("result", "kind"), [("success", "success"), ("exit-code", "fail")])
def test_units_of_systemd_tell_the_result(
    server: Server, job: Json, result: str, kind: str
) -> None:
    unit, _ = snippets(server, job, "systemd")
    values = dict(line.split("=", 1) for line in unit.splitlines() if line.startswith("Exec"))
    for name in ("ExecStartPre", "ExecStopPost"):
        command = shlex.split(values[name].removeprefix("-").replace("$$", "$"))
        run(*command, env={"SERVICE_RESULT": result})
    assert [each for each, _, _ in told(server, job)] == ["start", kind]


def test_all_that_a_job_can_tell_is_understood(server: Server, job: Json) -> None:
    [code] = snippets(server, job, "Anything else")
    run("sh", "-e", "-c", code)
    kinds = [kind for kind, _, _ in told(server, job)]
    assert kinds == ["start", "progress", "success", "fail", "fail", "log"]
