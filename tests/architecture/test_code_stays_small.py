import ast
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path

import pytest

from tests.support.source_code import PACKAGE, ROOT, TESTS, is_under, python_files

# Most are short, and none is long: the 90th percentile, and the longest, in lines.
FUNCTION_P90, FUNCTION_MOST = 25, 50
FILE_P90, FILE_MOST = 250, 400

# A migration is a record of what was done on one day, not code that anybody changes.
EXEMPT = PACKAGE / "storage" / "migrations" / "versions"


def function_sizes(source: str) -> Iterator[tuple[str, int]]:
    """Give each function's name and lines, from its `def` to its end."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{node.name} (line {node.lineno})", node.end_lineno - node.lineno + 1


def too_large(sizes: Mapping[str, int], p90: int, most: int) -> list[str]:
    """Name what is over the most, and, if too many are over the p90, all of these."""
    ranked = sorted(sizes.values())
    if ranked and ranked[ceil(0.9 * len(ranked)) - 1] > p90:
        return [f"{name}: {size} lines (p90 > {p90})" for name, size in sizes.items() if size > p90]
    return [f"{name}: {size} lines (most: {most})" for name, size in sizes.items() if size > most]


def measured_files(folder: Path) -> list[Path]:
    return [path for path in python_files(folder) if not is_under(path, EXEMPT)]


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["src", "tests"])
def test_functions_are_short_and_none_is_long(folder: Path) -> None:
    sizes = {
        f"{path.relative_to(ROOT)}: {name}": size
        for path in measured_files(folder)
        for name, size in function_sizes(path.read_text())
    }
    assert too_large(sizes, FUNCTION_P90, FUNCTION_MOST) == []


@pytest.mark.parametrize("folder", [PACKAGE, TESTS], ids=["src", "tests"])
def test_files_are_short_and_none_is_long(folder: Path) -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in measured_files(folder)
    }
    assert too_large(sizes, FILE_P90, FILE_MOST) == []


def test_the_check_counts_the_lines_of_a_function() -> None:
    source = "@decorated\nasync def f(\n    a,\n):\n    return a\n"
    assert list(function_sizes(source)) == [("f (line 2)", 4)]


def test_the_check_sees_one_thing_that_is_too_long() -> None:
    sizes = {f"short {n}": 1 for n in range(20)} | {"long": 51}
    assert too_large(sizes, p90=25, most=50) == ["long: 51 lines (most: 50)"]


def test_the_check_sees_that_too_many_are_rather_long() -> None:
    sizes = {f"short {n}": 25 for n in range(8)} | {"long": 26, "also long": 30}
    assert too_large(sizes, p90=25, most=50) == [
        "long: 26 lines (p90 > 25)",
        "also long: 30 lines (p90 > 25)",
    ]
