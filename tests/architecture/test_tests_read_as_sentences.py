import ast
from collections.abc import Iterator

from tests.support.source_code import TESTS, at, python_files

FEWEST_WORDS = 4


def short_names(source: str) -> Iterator[str]:
    """Name the tests whose names are too short to say what is expected when."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            test, *words = node.name.split("_")
            if test == "test" and len(list(filter(None, words))) < FEWEST_WORDS:
                yield f"line {node.lineno}: {node.name} is no sentence"


def test_every_name_of_a_test_reads_as_a_sentence() -> None:
    files = [path for path in python_files(TESTS) if path.name.startswith("test_")]
    assert [c for path in files for c in at(path, short_names(path.read_text()))] == []


def test_the_check_sees_a_name_that_is_no_sentence() -> None:
    source = "def test_late_job(): ...\nasync def test_a_late_job_goes_down(): ...\n"
    assert list(short_names(source)) == ["line 1: test_late_job is no sentence"]
