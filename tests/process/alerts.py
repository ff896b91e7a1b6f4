"""What must be true of alerts, whatever happened to the server meanwhile."""

from collections import Counter
from collections.abc import Sequence

from tests.process.load import Flapper
from tests.process.stored import rows
from tests.support.machine import wait_until
from tests.support.receiver import Delivery, Receiver
from tests.support.server import Json


def assert_every_outage_was_told(
    receiver: Receiver, flappers: Sequence[Flapper], within_seconds: float = 60
) -> None:
    """Check that each failure and each recovery of each job arrives, in their order.

    A repeat is fine as long as it bears the same id. Nothing is told of a failure that was over
    before anybody could be told of it. The default is longer than the lease of an alert that a
    server had claimed when it was killed.
    """
    for flapper in flappers:
        assert flapper.cycles, "it never failed, so nothing was tried"
        ended = wait_until_settled(flapper, within_seconds)
        assert ended["sent"], "everything was superseded, so nothing was tried"
        assert ended["sent"] + ended["superseded"] == 2 * flapper.cycles
        its = wait_for_alerts(receiver, flapper.job, ended["sent"], within_seconds)
        assert [each.kind for each in its] == ["job.down", "job.recovered"] * (len(its) // 2)
        incidents = [each.incident_id for each in its]
        assert incidents[::2] == incidents[1::2] == sorted(set(incidents))


def wait_until_settled(flapper: Flapper, within_seconds: float) -> Counter[str]:
    """Wait until nothing is owed about a job; return how many alerts ended in which way."""
    query = "SELECT status FROM alerts WHERE job_id = :job_id"

    def all_settled() -> Counter[str]:
        found = rows(flapper.database_url, query, job_id=flapper.job["id"])
        ended = Counter(row.status for row in found)
        return Counter() if ended["owed"] else ended

    return wait_until(all_settled, within_seconds, f"job {flapper.job['id']} is told of")


def assert_silence_is_told(receiver: Receiver, job: Json, within_seconds: float = 30) -> None:
    """Check that a job is told to be down, and nothing else."""
    its = wait_for_alerts(receiver, job, 1, within_seconds)
    assert [each.kind for each in its] == ["job.down"]


def wait_for_alerts(
    receiver: Receiver, job: Json, count: int, within_seconds: float
) -> list[Delivery]:
    """Wait until a job told of so much; return that, without repeats."""
    what = f"{count} alerts of job {job['id']} arrived"
    wait_until(lambda: len(first_deliveries(receiver, job)) >= count, within_seconds, what)
    return first_deliveries(receiver, job)


def first_deliveries(receiver: Receiver, job: Json) -> list[Delivery]:
    """Return what was taken of a job, each alert once, in the order in which they came."""
    by_id: dict[str, Delivery] = {}
    for each in list(receiver.taken):
        if each.job_id == job["id"]:
            assert by_id.setdefault(each.id, each).body == each.body
    return list(by_id.values())
