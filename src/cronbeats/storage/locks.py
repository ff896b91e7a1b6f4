"""Locks that belong to no row: by these numbers, processes keep one another out."""

from __future__ import annotations

MIGRATION = 0x63726F6E
"""Held by whoever brings the database up to date."""

SET_UP = 0x63726F6F
"""Held by whoever sets a workspace up."""

NEWCOMERS = 0x63726F70
"""Held by whoever makes an account, or links one to a provider."""
