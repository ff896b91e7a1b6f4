"""How soon an alert arrives after the moment at which its job went down."""

import time
from datetime import UTC, datetime
from statistics import median

from tests.process.stored import rows
from tests.support.receiver import Receiver
from tests.support.server import StartServer

JOBS = 7
WITHIN_SECONDS = 1.0


def unix_seconds(stored: int | datetime) -> float:
    """Return a moment as PostgreSQL or SQLite keeps it, in unix seconds."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC).timestamp()
    return stored / 1e6


def test_an_alert_arrives_within_a_second_of_its_moment(
    start_server: StartServer, new_database_url: str, receiver: Receiver
) -> None:
    server = start_server(new_database_url)
    server.tell(receiver)
    wishes = {"expected_interval_seconds": 1, "grace_seconds": 0, "down_after_seconds": 0}
    for job in [server.make_job(**wishes) for _ in range(JOBS)]:
        assert server.ping(job).status_code == 200
        # Each comes at another moment of the server's own pace.
        time.sleep(0.33)
    taken = receiver.wait_for(JOBS, seconds=30)
    # The message tells the moment in whole seconds, the database exactly.
    query = "SELECT job_id, at FROM transitions WHERE after = 'down'"
    went_down = {row.job_id: unix_seconds(row.at) for row in rows(new_database_url, query)}
    delays = [each.at - went_down[each.job_id] for each in taken]
    assert len(delays) == JOBS
    assert min(delays) > 0
    assert median(delays) <= WITHIN_SECONDS
