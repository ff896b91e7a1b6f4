"""What a job's rules mean is told, and drawn, as far as they can be read."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.job import Rules
from cronbeats.domain.job_wish import JobWish
from cronbeats.domain.schedule import Every
from cronbeats.web.job_forms import fill_in, read_job
from cronbeats.web.job_outlook import Outlook, look_ahead
from cronbeats.web.slot_drawing import WIDTH, draw
from tests.domain.build import NOON
from tests.domain.random_jobs import interval_rules

CRON = fill_in(JobWish("Backup", cron_expression="30 2 * * *", timezone="Europe/Berlin"))


def outlook(reader_zone: str | None = None, **typed: str) -> Outlook:
    return look_ahead(read_job({**CRON, **typed}), NOON, reader_zone)


def test_a_schedule_is_told_in_words_and_as_five_slots_in_both_zones() -> None:
    told = outlook("Asia/Tokyo")
    assert told.words == "Every day at 02:30, Europe/Berlin."
    assert len(told.slots) == 5
    first = told.slots[0]
    assert first.there == "Tue 2026-03-03 02:30 CET"
    assert first.here == "Tue 2026-03-03 10:30 JST"
    assert first.wait == "in 13 h 30 m"
    assert [each.here for each in outlook("Europe/Berlin").slots] == [""] * 5
    assert "02:30 comes twice" in told.notes[1]


def test_an_interval_counts_from_a_run_that_comes_now() -> None:
    told = outlook(schedule="interval", every="2", every_unit="hours")
    assert (told.words, told.is_interval) == ("Every 2 hours.", True)
    assert told.slots[0].there == "Mon 2026-03-02 15:00 CET"


def test_silence_is_told_step_by_step() -> None:
    told = outlook(grace="10", down_after="5", max_runtime="90", failure_tolerance="1")
    assert told.steps == (
        ("02:30", "the run is due."),
        ("02:40", "still silent, the job is late, after 10 m of grace."),
        ("02:45", "the run is missed, after 5 m of being late."),
    )
    assert told.limits == (
        "A run that tells when it starts has 1 h 30 m to end.",
        "2 bad runs in a row make the job down.",
    )
    at_once = outlook(grace="1", grace_unit="days", down_after="0").steps
    assert at_once[-1] == (
        "Wed 2026-03-04 02:30",
        "the job is down, after 1 d of grace, and alerts are sent.",
    )


def test_what_can_be_read_is_told_whatever_else_is_wrong() -> None:
    told = outlook(name="", grace="soon")
    assert len(told.slots) == 5
    assert (told.drawing, told.steps) == (None, ())
    assert told.missing[0].startswith("Grace: Must be a whole number")
    assert outlook(cron="nonsense").slots == ()


@given(interval_rules, st.integers(1, 1_000_000))
def test_a_drawing_has_its_parts_in_order_and_room_for_their_names(rules: Rules, by: int) -> None:
    stretched = Rules(
        rules.schedule,
        rules.grace_seconds * by,
        rules.down_after_seconds,
        rules.max_runtime_seconds,
        rules.failure_tolerance,
    )
    drawing = draw(stretched)
    edges = [drawing.parts[0].x]
    for part in drawing.parts:
        assert part.width >= 60
        assert abs(part.x - edges[-1]) < 0.2
        edges.append(part.x + part.width)
    assert edges[-1] <= WIDTH
    assert all(after.x - mark.x > 79 for mark, after in pairwise(drawing.marks))
    assert len(drawing.marks) == len(drawing.parts)
    if drawing.run:
        assert 60 <= drawing.run.width <= edges[-1]


def test_a_drawing_is_to_scale_where_there_is_room() -> None:
    late = draw(Rules(Every(3_600), 600, 300)).parts
    assert abs(late[0].width / late[1].width - 2) < 0.01
    assert draw(Rules(Every(3_600), 600, 300)).is_to_scale
    assert not draw(Rules(Every(3_600), 60, 86_400)).is_to_scale
