"""A digest tells of several alerts at once, and what their jobs have in common."""

from dataclasses import replace

import pytest

from cronbeats.domain.alert import Alert, AlertJob, AlertKind, digest_of
from cronbeats.domain.job import Status
from tests.domain.build import at


def alert(seconds: float, *tags: str, kind: AlertKind = AlertKind.DOWN) -> Alert:
    job = AlertJob(id=int(seconds), name="Backup", status=Status.DOWN, tags=tags)
    return Alert(f"al_{seconds}", kind, at(seconds), 1, "Home", "Backup is down.", job)


def test_its_alerts_are_in_the_order_in_which_it_happened() -> None:
    digest = digest_of("dg", [alert(30), alert(10), alert(20)])

    assert [each.occurred_at for each in digest.alerts] == [at(10), at(20), at(30)]
    assert (digest.id, digest.kind, digest.workspace_name) == ("dg", AlertKind.DOWN, "Home")
    assert digest.occurred_at == at(30)


@pytest.mark.parametrize(
    ("tags", "common"),
    [
        ([("db", "night"), ("night", "db"), ("x", "db")], "db"),
        ([("db", "night"), ("night", "db")], "db"),
        ([("db",), ("night",)], None),
        ([("db",), ()], None),
        ([(), ("db",)], None),
        ([("db",)], "db"),
    ],
)
def test_a_tag_that_all_jobs_have_is_told(tags: list[tuple[str, ...]], common: str | None) -> None:
    digest = digest_of("dg", [alert(number, *each) for number, each in enumerate(tags)])

    assert digest.common_tag == common


def test_an_alert_without_a_job_has_no_tag() -> None:
    digest = digest_of("dg", [alert(1, "db"), replace(alert(2), job=None)])

    assert digest.common_tag is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (AlertKind.DOWN, "2 jobs are down."),
        (AlertKind.RECOVERED, "2 jobs are healthy again."),
        (AlertKind.LATE, "2 jobs are late."),
        (AlertKind.REMINDER, "2 jobs are still down."),
    ],
)
def test_its_text_counts_the_jobs(kind: AlertKind, text: str) -> None:
    assert digest_of("dg", [alert(1, kind=kind), alert(2, kind=kind)]).text == text


def test_its_text_tells_what_the_jobs_have_in_common() -> None:
    alerts = [alert(1, "db"), alert(2, "db")]

    assert digest_of("dg", alerts).text == "2 jobs are down. All have the tag db."
    assert digest_of("dg", alerts, "203.0.113.7").text == (
        "2 jobs are down. All have the tag db and call from 203.0.113.7."
    )
    assert digest_of("dg", [alert(1), alert(2)], "203.0.113.7").text == (
        "2 jobs are down. All call from 203.0.113.7."
    )
    assert digest_of("dg", [alert(1)]).text == "1 job is down."
