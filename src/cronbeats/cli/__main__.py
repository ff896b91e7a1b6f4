"""Lets `python -m cronbeats.cli` do what `cronbeats` does."""

from __future__ import annotations

from cronbeats.cli import main

main()
