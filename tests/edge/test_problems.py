"""From an error to what a client is told."""

from datetime import UTC, datetime

import orjson
import pytest

from cronbeats.domain import errors
from cronbeats.edge.problems import Problem, moment, problem_of

CODES = {
    errors.NotConfiguredError: (400, "not_configured"),
    errors.DeliveryFailedError: (400, "delivery_failed"),
    errors.InvalidKeyError: (401, "invalid_api_key"),
    errors.PlanRequiredError: (403, "business_plan_required"),
    errors.NotAllowedError: (403, "insufficient_permissions"),
    errors.NotFoundError: (404, "not_found"),
    errors.UnavailableError: (503, "unavailable"),
    errors.CronBeatsError: (500, "internal_error"),
}


@pytest.mark.parametrize("kind", CODES)
def test_each_error_has_its_status_and_code(kind: type[errors.CronBeatsError]) -> None:
    problem = problem_of(kind("In words"))
    assert (problem.status, problem.code) == CODES[kind]


def test_an_error_of_a_kind_that_was_made_finer_keeps_its_code() -> None:
    class JobNotFound(errors.NotFoundError):
        pass

    assert problem_of(JobNotFound("gone")) == Problem(404, "not_found", "gone")


def test_what_is_wrong_with_the_database_is_not_told() -> None:
    problem = problem_of(errors.UnavailableError("no route to 10.0.0.5"))
    assert "10.0.0.5" not in problem.message
    assert problem.headers == {"Retry-After": "1"}


def test_who_asks_too_much_is_told_when_to_come_again() -> None:
    problem = problem_of(errors.OverloadedError(3))
    assert (problem.status, problem.code) == (503, "unavailable")
    assert "too much to do" in problem.message
    assert problem.headers == {"Retry-After": "3"}


def test_values_that_break_a_rule_are_told_by_field() -> None:
    problem = problem_of(errors.InvalidValueError({"name": ["Too long."]}))
    body = orjson.loads(problem.body(datetime(2026, 2, 20, 15, 42, 59, 999999, tzinfo=UTC)))
    assert body == {
        "success": False,
        "error": "validation_error",
        "message": "The request has values that break a rule",
        "errors": {"name": ["Too long."]},
        "meta": {"timestamp": "2026-02-20T15:42:59Z"},
    }


def test_a_moment_is_written_as_in_the_published_document() -> None:
    assert moment(datetime(2026, 2, 20, 15, 42, tzinfo=UTC)) == "2026-02-20T15:42:00Z"
