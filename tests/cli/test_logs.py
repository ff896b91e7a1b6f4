"""What goes wrong is written to stderr, with the way there but without the values on it."""

import json
import subprocess
import sys
from functools import cache

import pytest

SCRIPT = """
import sys
import structlog
from cronbeats.cli.logs import set_up_logs
from cronbeats.settings import Settings

def send(password):
    raise RuntimeError("out of order")

set_up_logs(Settings(log_format=sys.argv[1], log_level=sys.argv[2]))
log = structlog.get_logger()
log.debug("told_at_debug")
log.info("told_at_info", count=7)
try:
    send("hunter" + "2" * 5)
except RuntimeError as error:
    log.error("request_failed", request_id="r-1", exc_info=error)
"""


@cache
def run(log_format: str, log_level: str = "debug") -> str:
    command = [sys.executable, "-c", SCRIPT, log_format, log_level]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
    return done.stderr


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
