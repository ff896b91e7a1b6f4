import ast
from collections.abc import Iterator

from tests.support.source_code import TESTS, at, calls, imports, is_under, python_files, used_names

PATCHING_FIXTURES = {"monkeypatch", "mocker"}
PATCHING_MODULES = ("mock", "pytest.MonkeyPatch", "pytest_mock", "unittest.mock")

SLEEPS = {"anyio.sleep", "asyncio.sleep", "time.sleep"}
LONGEST_SLEEP = 0.05
# These run a whole server in a process of its own, with the real time.
MAY_SLEEP = [TESTS / "clients", TESTS / "stories", TESTS / "process"]


def patches(source: str) -> Iterator[str]:
    """Tell where a source asks for something that changes code under test."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg) and node.arg in PATCHING_FIXTURES:
            yield f"line {node.lineno} asks for {node.arg}"
    imported = {(line, name) for line, _, name in imports(tree)}
    for line, name in sorted(imported | set(used_names(tree))):
        if any(f"{name}.".startswith(f"{module}.") for module in PATCHING_MODULES):
            yield f"line {line} uses {name}"


def long_sleeps(source: str) -> Iterator[str]:
    """Tell where a source sleeps for long, or for a time that cannot be read from it."""
    for call, name in calls(ast.parse(source)):
        if name in SLEEPS and not is_short(call):
            yield f"line {call.lineno} calls {ast.unparse(call)}"


def is_short(sleep: ast.Call) -> bool:
    match sleep.args:
        case [ast.Constant(value=int() | float() as seconds)]:
            return seconds <= LONGEST_SLEEP
        case _:
            return False


def test_no_test_patches_the_code_that_it_tests() -> None:
    files = python_files(TESTS)
    assert [c for path in files for c in at(path, patches(path.read_text()))] == []


def test_no_test_sleeps_until_something_has_happened() -> None:
    files = [path for path in python_files(TESTS) if not is_under(path, *MAY_SLEEP)]
    assert [c for path in files for c in at(path, long_sleeps(path.read_text()))] == []


def test_the_check_sees_each_way_to_patch() -> None:
    source = """
from unittest.mock import Mock
from unittest import mock
import pytest

def test(monkeypatch, mocker):
    mock.patch("a.b")
    pytest.MonkeyPatch()
"""
    assert list(patches(source)) == [
        "line 6 asks for monkeypatch",
        "line 6 asks for mocker",
        "line 2 uses unittest.mock.Mock",
        "line 3 uses unittest.mock",
        "line 7 uses unittest.mock",
        "line 7 uses unittest.mock.patch",
        "line 8 uses pytest.MonkeyPatch",
    ]


def test_the_check_sees_long_sleeps_but_lets_other_tasks_run() -> None:
    source = """
import asyncio
from time import sleep as wait
wait(1)
asyncio.sleep(delay)
asyncio.sleep(0)
asyncio.sleep(0.05)
"""
    assert list(long_sleeps(source)) == [
        "line 4 calls wait(1)",
        "line 5 calls asyncio.sleep(delay)",
    ]
