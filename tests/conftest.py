"""Loads the fixtures, which live in tests/support: one file for each thing that they set up."""

import gc

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.world",
    "tests.support.receiver",
    "tests.support.server",
]


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over modules and tests, which stay until the end."""
    gc.freeze()
