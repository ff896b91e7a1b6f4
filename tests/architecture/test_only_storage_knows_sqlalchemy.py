from collections.abc import Iterator

from tests.support.source_code import PACKAGE, at, imported_packages, is_under, python_files

STORAGE = PACKAGE / "storage"


def sqlalchemy_imports(source: str) -> Iterator[str]:
    for line, package in imported_packages(source):
        if package == "sqlalchemy":
            yield f"line {line} imports sqlalchemy"


def test_no_module_outside_storage_imports_sqlalchemy() -> None:
    files = [path for path in python_files(PACKAGE) if not is_under(path, STORAGE)]
    assert [c for path in files for c in at(path, sqlalchemy_imports(path.read_text()))] == []


def test_the_check_sees_each_form_of_import() -> None:
    source = """
import sqlalchemy.exc
import sqlalchemy as sa

def late():
    from sqlalchemy.ext.asyncio import AsyncConnection
"""
    assert list(sqlalchemy_imports(source)) == [
        "line 2 imports sqlalchemy",
        "line 3 imports sqlalchemy",
        "line 6 imports sqlalchemy",
    ]
