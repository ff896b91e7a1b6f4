"""Loads the fixtures, which live in tests/support: one file for each thing that they set up."""

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.world",
    "tests.support.receiver",
    "tests.support.server",
]
