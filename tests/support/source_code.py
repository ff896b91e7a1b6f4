"""Reads the project's own source code, for the tests in tests/architecture."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PACKAGE = ROOT / "src" / "cronbeats"


def python_files(*folders: Path) -> list[Path]:
    """List the Python files under the folders, but for what npm has put there."""
    found = [path for folder in folders for path in folder.rglob("*.py")]
    assert found, f"no Python files under {folders}"
    return sorted(path for path in found if "node_modules" not in path.parts)


def is_under(path: Path, *folders: Path) -> bool:
    """Tell whether the path is one of the folders, or is in one of them."""
    return any(path.is_relative_to(folder) for folder in folders)


def at(path: Path, complaints: Iterable[str]) -> list[str]:
    """Put the file's name in front of what is wrong with it."""
    return [f"{path.relative_to(ROOT)}: {complaint}" for complaint in complaints]


def imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Give each import as its line, the name that it binds, and the full name of what that is.

    `import a.b` binds `a`, and that is `a`.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield node.lineno, alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, alias.asname or alias.name, f"{node.module}.{alias.name}"


def imported_packages(source: str) -> Iterator[tuple[int, str]]:
    """Give each import as its line and the package at the top of it: `a` for `import a.b`."""
    for line, _, name in imports(ast.parse(source)):
        yield line, name.partition(".")[0]


def used_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give each use of something imported as its line and its full name.

    After `from datetime import datetime as d`, the use `d.now` is `datetime.datetime.now`.
    """
    origins = {bound: name for _, bound, name in imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := full_name(node, origins)):
            yield node.lineno, name


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Give each call of something imported, and the full name of what is called."""
    origins = {bound: name for _, bound, name in imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := full_name(node.func, origins)):
            yield node, name


def full_name(node: ast.AST, origins: dict[str, str]) -> str | None:
    """Resolve `d.now` to `datetime.datetime.now`; None for what was not imported."""
    if isinstance(node, ast.Name):
        return origins.get(node.id)
    if isinstance(node, ast.Attribute) and (owner := full_name(node.value, origins)):
        return f"{owner}.{node.attr}"
    return None
