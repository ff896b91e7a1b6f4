"""What is remembered of the slots of a cron expression changes no answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

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


class Interrupted(datetime):
    """A moment at which another thread asks about a later one, just as this one is compared."""

    asked: Neighbours

    def __ge__(self, other: Any) -> bool:
        self.asked.gap(datetime(2026, 3, 4, 12, 30, tzinfo=UTC))
        return super().__ge__(other)


def test_answers_do_not_depend_on_what_another_thread_asks_meanwhile() -> None:
    asked = Neighbours("0 * * * *", "UTC")
    asked.gap(datetime(2026, 3, 2, 12, 30, tzinfo=UTC))
    Interrupted.asked = asked
    moment = Interrupted(2026, 3, 2, 12, 45, tzinfo=UTC)
    assert asked.slot_after(moment) == datetime(2026, 3, 2, 13, tzinfo=UTC)


def test_one_memory_serves_all_jobs_of_an_expression() -> None:
    assert neighbours("0 * * * *", "UTC") is neighbours("0 * * * *", "UTC")
