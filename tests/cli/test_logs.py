"""What goes wrong is written to stderr, with the way there but without the values on it."""

import json
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest
import structlog

from cronbeats.cli.logs import set_up_logs
from cronbeats.settings import Settings
from tests.support.forks import fork


def send(password: str) -> None:
    raise RuntimeError("out of order")


def write_a_log(log_format: str, log_level: str, stdout: Path, stderr: Path) -> None:
    for number, file in ((1, stdout), (2, stderr)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
    set_up_logs(Settings(log_format=log_format, log_level=log_level))
    log = structlog.get_logger()
    log.debug("told_at_debug")
    log.info("told_at_info", count=7)
    try:
        send("hunter" + "2" * 5)
    except RuntimeError as error:
        log.error("request_failed", request_id="r-1", exc_info=error)


@cache
def run(log_format: str, log_level: str = "debug") -> str:
    with tempfile.TemporaryDirectory() as printed:
        stdout, stderr = Path(printed, "stdout"), Path(printed, "stderr")
        # In a process of its own, as logging is set up for a whole process.
        process = fork(write_a_log, log_format, log_level, stdout, stderr)
        process.join(60)
        assert process.exitcode == 0
        assert stdout.read_text() == ""
        return stderr.read_text()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_an_error_is_told_with_its_traceback_but_without_its_values(log_format: str) -> None:
    log = run(log_format)
    for word in ("request_failed", "r-1", "Traceback", "in send", "out of order"):
        assert word in log
    assert "hunter22222" not in log
    assert "\x1b[" not in log


def test_logs_for_machines_are_one_object_a_line() -> None:
    _, told, failed = [json.loads(line) for line in run("json").splitlines()]
    assert (told["event"], told["level"], told["count"]) == ("told_at_info", "info", 7)
    assert told["timestamp"].endswith("Z")
    assert (failed["event"], failed["level"]) == ("request_failed", "error")


def test_only_what_matters_enough_is_told() -> None:
    every, error = [
        [json.loads(line)["event"] for line in run("json", level).splitlines()]
        for level in ("debug", "error")
    ]
    assert every == ["told_at_debug", "told_at_info", "request_failed"]
    assert error == ["request_failed"]
