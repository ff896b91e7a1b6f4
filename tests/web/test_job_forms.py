"""The form for a job says all that people decide about it, and sent back it changes nothing."""

import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.job_wish import JobWish
from cronbeats.domain.line import is_line, trim
from cronbeats.web.job_forms import LABELS, changes_of, fill_in, fresh, has_more, read_job

PLAIN = JobWish("Backup", expected_interval_seconds=60)
GRACES = st.integers(0, 2_592_000)
LENGTHS = st.integers(1, 31_536_000)
COUNTS = st.integers(1, 100)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def lines(longest: int) -> st.SearchStrategy[str]:
    odd = st.text(string.punctuation + " ab", max_size=longest)
    any_text = st.one_of(odd, TEXTS).map(lambda text: trim(text[:longest]))
    return any_text.filter(lambda text: bool(text) and is_line(text))


# Whatever the API takes.
WISHES = st.builds(
    JobWish,
    name=lines(200),
    expected_interval_seconds=LENGTHS,
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "Etc/GMT+12"]),
    grace_seconds=GRACES,
    down_after_seconds=st.none() | GRACES,
    max_runtime_seconds=st.none() | LENGTHS,
    failure_tolerance=st.integers(0, 100),
    recovery_threshold=COUNTS,
    description=st.none() | st.text(string.printable[:95] + "\n\t", max_size=255),
    tags=st.lists(lines(50), max_size=20, unique=True).map(tuple),
)
CRONS = st.sampled_from(["30 2 * * 1-5", "*/7 */5 1-15/2 JAN-MAR,dec MON#1", "0 9 LW * *"])


def as_sent(fields: dict[str, str]) -> dict[str, str]:
    """Return fields as a browser sends them back that nobody has touched."""
    return {name: text.replace("\n", "\r\n") for name, text in fields.items()}


@given(
    st.one_of(
        WISHES,
        st.builds(replace, WISHES, expected_interval_seconds=st.none(), cron_expression=CRONS),
    )
)
@example(replace(PLAIN, tags=('"', '"a", b', "a,b", 'c"d"', "'")))
@example(replace(PLAIN, description="  \n"))
def test_a_form_sent_back_as_it_was_shown_changes_nothing(wish: JobWish) -> None:
    sent = read_job(as_sent(fill_in(wish))).wish()
    assert changes_of(sent, read_job(fill_in(wish)).wish()) == {}
    # White space around a description is all that a form cannot say.
    assert sent == replace(wish, description=(wish.description or "").strip() or None)


@given(WISHES, st.sampled_from(sorted(LABELS)), TEXTS)
def test_whatever_is_typed_is_read_or_refused_beside_its_field(
    wish: JobWish, field: str, typed: str
) -> None:
    reading = read_job({**fill_in(wish), field: typed})
    assert reading.errors.keys() <= {field, "cron" if field == "schedule" else field}
    if reading.errors:
        with pytest.raises(InvalidValueError):
            reading.wish()
    else:
        reading.wish().rules()


def test_what_is_left_empty_is_as_the_hints_say() -> None:
    read = read_job({"name": "Backup", "schedule": "interval", "every": "1", "every_unit": "days"})
    assert read.wish() == JobWish("Backup", expected_interval_seconds=86_400)


def test_all_mistakes_are_told_at_once() -> None:
    wrong = dict.fromkeys([*fill_in(PLAIN)], "\x07")
    assert set(read_job(wrong).errors) == set(LABELS) - {"schedule", "cron"}
    assert set(read_job({**wrong, "schedule": "cron"}).errors) == set(LABELS) - {
        "schedule",
        "every",
    }


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("@daily", "0 0 * * *"),
        (" @Hourly ", "0 * * * *"),
        ("0 9 * jan,FEB mon-fri", "0 9 * jan,FEB mon-fri"),
        ("0  9 * *\t7", "0 9 * * 7"),
    ],
)
def test_a_cron_expression_may_be_spelled_in_several_ways(typed: str, meant: str) -> None:
    fields = {**fill_in(PLAIN), "schedule": "cron", "cron": typed}
    assert read_job(fields).wish().cron_expression == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0 30 2 * * *", "There is none for seconds."),
        ("@reboot", "No such word."),
        ("0 0 30 2 *", "bad day-of-month"),
        ("", "5 fields"),
        ("61 * * * *", "Not a cron expression"),
    ],
)
def test_what_is_no_cron_expression_is_refused_in_words(typed: str, why: str) -> None:
    [reason] = read_job({**fill_in(PLAIN), "schedule": "cron", "cron": typed}).errors["cron"]
    assert why in reason


@pytest.mark.parametrize(
    "changed",
    [
        {"down_after_seconds": 0},
        {"max_runtime_seconds": 60},
        {"failure_tolerance": 1},
        {"recovery_threshold": 2},
    ],
)
def test_the_rarer_limits_are_in_sight_if_any_of_them_says_something(
    changed: dict[str, Any],
) -> None:
    assert not has_more(fresh("UTC"))
    assert has_more(fill_in(replace(PLAIN, **changed)))
