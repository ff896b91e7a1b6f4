"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cronbeats.storage.dialect import Id, Moment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring the schema one step up."""
    ${upgrades if upgrades else "pass"}
