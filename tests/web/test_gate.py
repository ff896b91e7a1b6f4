"""Whatever is asked for, the answer is ours: safe, kept by nobody, and in words."""

import httpx
import pytest
import structlog

from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    NotAllowedError,
    NotFoundError,
    OverloadedError,
    UnavailableError,
)
from cronbeats.web.gate import SECURITY_HEADERS
from cronbeats.web.page import Needs, get, post
from cronbeats.web.visit import Answer, Visit
from tests.web.door import FROM_HERE, HTML, client_of, say_hello
from tests.web.pages import Page

SECRET = "hunter2 of the database"
ERRORS: dict[str, tuple[Exception, int]] = {
    "unforeseen": (RuntimeError(SECRET), 500),
    "gone": (NotFoundError("Job not found"), 404),
    "forbidden": (NotAllowedError("Only an owner may do this"), 403),
    "conflict": (ConflictError("Somebody else is at it"), 409),
    "invalid": (InvalidValueError({"name": ["Too long."]}), 422),
    "busy": (OverloadedError(3), 503),
    "away": (UnavailableError(f"cannot connect: {SECRET}"), 503),
}


async def fail(visit: Visit) -> Answer:
    raise ERRORS[visit.part("how")][0]


PAGES = (
    get("/hello", say_hello, Needs.ANYONE),
    post("/hello", say_hello, Needs.ANYONE),
    get("/fail/{how}", fail, Needs.ANYONE),
    get("/things/{thing_id}", say_hello, Needs.ANYONE),
)


async def ask(method: str, path: str, **headers: str) -> httpx.Response:
    async with client_of(PAGES) as http:
        return await http.request(method, path, headers=headers)


async def test_every_answer_bears_the_headers_that_keep_it_safe() -> None:
    asked = [("GET", "/hello"), ("HEAD", "/hello"), ("POST", "/hello"), ("GET", "/nowhere")]
    asked += [("PUT", "/hello"), *(("GET", f"/fail/{how}") for how in ERRORS)]
    for method, path in asked:
        answer = await ask(method, path, **HTML)
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers.get_list(name) == [value], (method, path, name)
        assert answer.headers["Cache-Control"] == "no-store", (method, path)
        assert len(answer.headers["X-Request-ID"]) == 32


async def test_forms_go_to_this_server_only_and_say_where_they_come_from() -> None:
    policy = (await ask("GET", "/hello")).headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    # With `no-referrer`, browsers send every form with the origin `null`.
    assert SECURITY_HEADERS["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("how", ERRORS)
async def test_an_error_is_a_page_that_says_what_to_do(how: str) -> None:
    answer = await ask("GET", f"/fail/{how}", **HTML)
    page = Page(answer.text)
    assert answer.status_code == ERRORS[how][1]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.slips == []
    assert len(page.all("h1")) == 1
    assert page.all("a", href="/")
    assert SECRET not in answer.text


async def test_an_error_that_nobody_foresaw_is_found_in_the_log() -> None:
    with structlog.testing.capture_logs() as logs:
        answer = await ask("GET", "/fail/unforeseen", **HTML)
    [line] = logs
    assert line["event"] == "page_failed"
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert line["request_id"] in answer.text


async def test_an_error_that_was_foreseen_is_nobodys_business() -> None:
    with structlog.testing.capture_logs() as logs:
        for how in ERRORS.keys() - {"unforeseen"}:
            await ask("GET", f"/fail/{how}", **HTML)
    assert logs == []


async def test_while_the_database_is_away_people_are_told_to_come_back() -> None:
    answer = await ask("GET", "/fail/away", **HTML)
    assert answer.headers["Retry-After"] == "1"
    assert "Try again in a moment." in answer.text


async def test_programs_are_told_in_a_line() -> None:
    answer = await ask("GET", "/nowhere")
    assert (answer.status_code, answer.text) == (404, "Not found\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert (await ask("GET", "/fail/unforeseen")).text.count("\n") == 1


async def test_a_page_tells_which_methods_it_knows() -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        answer = await ask(method, "/hello", **FROM_HERE)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    answer = await ask("POST", "/things/1", **FROM_HERE)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


async def test_a_head_is_answered_as_the_page_is_without_the_page() -> None:
    page, head = await ask("GET", "/hello"), await ask("HEAD", "/hello")
    assert (head.status_code, head.text) == (200, "")
    assert head.headers["Content-Length"] == page.headers["Content-Length"]


async def test_ids_are_whole_numbers_that_a_database_can_hold() -> None:
    assert (await ask("GET", "/things/9223372036854775807")).status_code == 200
    wrong = ["9223372036854775808", "9" * 400, "9" * 5000, "-1", "x", "1.0", "%D9%A3", "1/"]
    for thing in [*wrong, "0", "01", "+1", "%201", "1_0"]:
        answer = await ask("GET", f"/things/{thing}")
        assert answer.status_code == 404, thing
