"""Loads the fixtures that only these tests use."""

from tests.process.own_postgres import own_postgres

__all__ = ["own_postgres"]
