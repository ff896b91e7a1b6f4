"""Loads the fixtures, which live in tests/support: one file for each thing that they set up."""

from pathlib import Path

import pytest

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.world",
    "tests.support.receiver",
    "tests.support.server",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files whose tests wait among those that calculate, to keep processors busy."""
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [path for path in files if path.parent.name == "process"]
    others = [path for path in files if path.parent.name != "process"]
    places = {path: (place + 0.5) / len(others) for place, path in enumerate(others)}
    places |= {path: place / len(waiting) for place, path in enumerate(waiting)}
    items[:] = [item for path in sorted(files, key=places.__getitem__) for item in files[path]]
