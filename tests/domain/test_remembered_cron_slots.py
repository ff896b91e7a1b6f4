"""What is remembered of the slots of a cron expression changes no answer."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.cron_slots import Neighbours, neighbours
from tests.domain.random_cron import CHANGES, expressions, zones

minutes_away = st.one_of(st.integers(-30, 30), st.integers(-3_000, 3_000))
questions = st.lists(st.tuples(minutes_away, st.booleans(), st.booleans()), min_size=2, max_size=12)


def answer(
    asked: Neighbours, moment: datetime, *, of_gap: bool
) -> datetime | timedelta | type[StopIteration]:
    try:
        return asked.gap(moment) if of_gap else asked.slot_after(moment)
    except StopIteration:
        return StopIteration


@given(expressions, zones, st.data(), questions)
def test_answers_do_not_depend_on_what_was_asked_before(
    expression: str, zone: str, data: st.DataObject, asked: list[tuple[int, bool, bool]]
) -> None:
    one = Neighbours(expression, zone)
    moment = data.draw(st.sampled_from(CHANGES[zone]))
    for minutes, is_on_the_slot, of_gap in asked:
        moment += timedelta(minutes=minutes)
        fresh = answer(Neighbours(expression, zone), moment, of_gap=False)
        if is_on_the_slot and isinstance(fresh, datetime):
            moment = fresh
        expected = answer(Neighbours(expression, zone), moment, of_gap=of_gap)
        assert answer(one, moment, of_gap=of_gap) == expected


def test_one_memory_serves_all_jobs_of_an_expression() -> None:
    assert neighbours("0 * * * *", "UTC") is neighbours("0 * * * *", "UTC")
