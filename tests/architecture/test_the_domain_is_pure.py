import sys
from collections.abc import Iterator

from tests.support.source_code import PACKAGE, at, imported_packages, python_files

DOMAIN = PACKAGE / "domain"

# Parts of the standard library that reach outside, wait, or run something at the same time.
IMPURE = {
    "asyncio",
    "concurrent",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "queue",
    "random",
    "shutil",
    "signal",
    "smtplib",
    "socket",
    "sqlite3",
    "ssl",
    "subprocess",
    "tempfile",
    "threading",
    "time",
}
ALLOWED = (sys.stdlib_module_names - IMPURE) | {"cronbeats", "cronsim", "pyotp"}


def foreign_imports(source: str) -> Iterator[str]:
    for line, package in imported_packages(source):
        if package not in ALLOWED:
            yield f"line {line} imports {package}"


def test_the_domain_imports_nothing_that_reaches_outside() -> None:
    files = python_files(DOMAIN)
    assert [c for path in files for c in at(path, foreign_imports(path.read_text()))] == []


def test_the_check_sees_foreign_imports() -> None:
    source = "import re\nimport structlog\nfrom os import path\nfrom cronsim import CronSim\n"
    assert list(foreign_imports(source)) == ["line 2 imports structlog", "line 3 imports os"]
