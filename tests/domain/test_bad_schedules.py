"""Schedules that cannot be are explained to the person who typed them."""

from __future__ import annotations

import pytest

from cronbeats.domain.job import cron_of, interval_of
from cronbeats.domain.schedule import Cron, Every, explain_bad_cron, explain_bad_timezone


@pytest.mark.parametrize(
    "expression",
    ["* * * * *", "*/5 * * * *", "0 2 * * 1-5", "30 4 1,15 * *", "0 0 29 2 *", "0 9 * jan MON"],
)
def test_a_good_cron_expression_needs_no_explanation(expression: str) -> None:
    assert explain_bad_cron(expression) is None


@pytest.mark.parametrize("expression", ["", "* * * *", "0 * * * * *", "@daily", "hourly"])
def test_an_expression_without_5_fields_is_told_which_they_are(expression: str) -> None:
    assert "5 fields" in (explain_bad_cron(expression) or "")


@pytest.mark.parametrize(
    "expression", ["61 * * * *", "* 24 * * *", "a b c d e", "*/0 * * * *", "5-1 * * * *"]
)
def test_an_expression_with_an_impossible_field_is_no_cron_expression(expression: str) -> None:
    assert (explain_bad_cron(expression) or "").startswith("Not a cron expression")


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 31 4 *", "0 0 31 2,4,6 *"])
def test_a_day_that_never_comes_is_refused(expression: str) -> None:
    assert explain_bad_cron(expression) is not None


def test_an_expression_that_parses_but_never_fires_is_told_so() -> None:
    assert explain_bad_cron("0 0 30 2 */8") is not None


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"])
def test_a_time_zone_of_the_database_needs_no_explanation(name: str) -> None:
    assert explain_bad_timezone(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "Europe/Atlantis",
        "../etc/passwd",
        "/etc/localtime",
        "UTC\0",
        "\ud83d",
        "x" * 999,
    ],
)
def test_an_unknown_time_zone_is_explained_with_an_example(name: str) -> None:
    assert "Europe/Berlin" in (explain_bad_timezone(name) or "")


def test_a_schedule_is_an_interval_or_a_cron_expression_never_both() -> None:
    assert (interval_of(Every(60)), cron_of(Every(60))) == (60, None)
    nightly = Cron("0 2 * * *", "UTC")
    assert (interval_of(nightly), cron_of(nightly)) == (None, "0 2 * * *")
