"""What the database complains of says nothing of the values that it was given."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cronbeats.domain.errors import UnavailableError
from cronbeats.storage.database import Database

SECRET = "hunter2-in-a-hook-url"


async def test_an_error_does_not_repeat_the_values_of_its_statement(db: Database) -> None:
    statement = text("INSERT INTO no_such_table (url) VALUES (:value)")
    with pytest.raises((DBAPIError, UnavailableError)) as raised:
        async with db.write() as tx:
            await tx.execute(statement, {"value": SECRET})
    causes = (raised.value, raised.value.__cause__, raised.value.__context__)
    assert not any(SECRET in str(cause) for cause in causes)
