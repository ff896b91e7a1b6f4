"""Under more load than can be stored some are refused at once, so that the others are quick."""

from dataclasses import dataclass, field

import pytest

from cronbeats.ping.admission import Admission

FULL = 500
A_FULL_BATCH_SECONDS = 0.1
STORED_A_SECOND = round(FULL / A_FULL_BATCH_SECONDS)
LONGEST_WAIT = 3.0
SHORT_WAIT = 0.5


@dataclass
class Line:
    """So many who wait, behind a database that takes a tenth of a second for a full batch."""

    waiting: int = 0
    now: float = 1000.0
    jitter: float = 0.0
    admission: Admission = field(init=False)

    def __post_init__(self) -> None:
        self.admission = Admission(FULL, monotonic=lambda: self.now, jitter=lambda: self.jitter)

    def arrive(self, count: int, *, is_known: bool = True) -> int:
        """Let so many come at once; return how many were refused."""
        for number in range(count):
            if not self.admission.admits(self.waiting, 0, is_known=is_known):
                return count - number
            self.waiting += 1
        return 0

    def store(self, seconds: float = A_FULL_BATCH_SECONDS) -> None:
        count = min(FULL, self.waiting)
        self.waiting -= count
        self.admission.note_begun(count, self.waiting)
        self.now += seconds
        self.admission.note_stored(count)

    def live(self, seconds: float, per_second: int, *, is_known: bool = True) -> int:
        """Let so many come, evenly, for a while; return how many were refused."""
        refused = 0
        for _ in range(round(seconds / A_FULL_BATCH_SECONDS)):
            share = round(per_second * A_FULL_BATCH_SECONDS)
            refused += self.arrive(share, is_known=is_known)
            self.store()
        return refused


@pytest.fixture
def line() -> Line:
    """Give a line whose database was seen to store a full batch, and that is empty now."""
    made = Line()
    made.arrive(FULL)
    made.store()
    return made


def test_a_wave_that_can_be_stored_while_clients_listen_is_taken_whole(line: Line) -> None:
    assert line.arrive(round(STORED_A_SECOND * LONGEST_WAIT)) == 0


def test_of_a_greater_wave_the_rest_is_refused_at_once(line: Line) -> None:
    rest = 1234
    assert line.arrive(round(STORED_A_SECOND * LONGEST_WAIT) + rest) == rest


def test_it_is_known_how_fast_batches_are_stored_that_begin_while_others_are_under_way(
    line: Line,
) -> None:
    line.admission.note_begun(FULL, 0)
    for _ in range(20):
        line.now += A_FULL_BATCH_SECONDS / 2
        line.admission.note_begun(FULL, 0, is_alone=False)
        line.now += A_FULL_BATCH_SECONDS / 2
        line.admission.note_stored(FULL)
    rest = 1234
    assert line.arrive(round(STORED_A_SECOND * LONGEST_WAIT) + rest) == pytest.approx(rest, abs=2)


def test_where_too_many_come_all_the_time_the_line_becomes_short(line: Line) -> None:
    line.live(20, 2 * STORED_A_SECOND)
    assert line.waiting <= STORED_A_SECOND * SHORT_WAIT
    refused = line.live(10, 2 * STORED_A_SECOND)
    assert refused == pytest.approx(10 * STORED_A_SECOND, rel=0.05), "no more than has to be"
    assert line.waiting <= STORED_A_SECOND * SHORT_WAIT


def test_when_fewer_come_again_nobody_is_refused_and_the_next_wave_is_taken(line: Line) -> None:
    line.live(20, 2 * STORED_A_SECOND)
    assert line.admission.is_pressed()
    line.live(1, STORED_A_SECOND // 2)
    assert line.live(5, STORED_A_SECOND // 2) == 0
    assert not line.admission.is_pressed()
    assert line.arrive(round(STORED_A_SECOND * 2)) == 0


def test_a_flood_of_strangers_keeps_nobody_out_who_knows_a_key(line: Line) -> None:
    for _ in range(100):
        assert line.arrive(STORED_A_SECOND // 20) == 0
        line.arrive(20_000, is_known=False)
        line.store()
    assert line.waiting <= STORED_A_SECOND * SHORT_WAIT


@pytest.mark.parametrize("seconds", [1, 5, 60])
def test_who_fits_into_the_next_batch_is_never_refused(line: Line, seconds: float) -> None:
    for _ in range(20):
        line.waiting = FULL
        line.store(seconds)
        assert line.arrive(FULL, is_known=False) == 0


def test_a_database_that_became_slow_for_a_moment_is_trusted_again(line: Line) -> None:
    line.arrive(FULL)
    line.store(seconds=10)
    assert line.arrive(2 * FULL) > 0
    line.live(5, STORED_A_SECOND)
    assert line.arrive(round(STORED_A_SECOND * LONGEST_WAIT * 0.9)) == 0


def test_what_waits_takes_little_memory(line: Line) -> None:
    assert line.admission.admits(10, 60_000_000, is_known=True)
    assert not line.admission.admits(10, 70_000_000, is_known=True)


def test_those_refused_are_asked_to_come_back_at_different_times(line: Line) -> None:
    waits = []
    line.arrive(round(STORED_A_SECOND * LONGEST_WAIT) + 1)
    line.admission.note_refused()
    for line.jitter in (0.0, 0.3, 0.6, 0.99):
        waits.append(line.admission.retry_after_seconds())
    assert waits == [2, 2, 3, 4]


def test_the_longer_nothing_can_be_stored_the_longer_clients_are_asked_to_wait(
    line: Line,
) -> None:
    waits = []
    line.admission.note_refused()
    begun = line.now
    for lasted in (0.0, 1.5, 3.0, 7.9, 600.0):
        line.now = begun + lasted
        line.jitter = 0.99
        latest = line.admission.retry_after_seconds()
        line.jitter = 0.0
        waits.append((line.admission.retry_after_seconds(), latest))
    assert waits == [(1, 2), (1, 2), (2, 4), (4, 8), (4, 8)]
    line.arrive(1)
    line.store()
    assert line.admission.retry_after_seconds() == 1


def test_what_is_refused_is_a_warning_for_a_while(line: Line) -> None:
    assert line.admission.warning() is None
    line.admission.note_refused()
    assert "some are refused" in (line.admission.warning() or "")
    line.now += 5
    line.admission.note_refused()
    assert "none could be stored for 5 s" in (line.admission.warning() or "")
    line.arrive(1)
    line.store()
    assert "some are refused" in (line.admission.warning() or "")
    line.now += 11
    assert line.admission.warning() is None


def test_where_the_database_is_slow_the_line_is_one_batch_long_at_most(line: Line) -> None:
    seconds = 1.0
    for number in range(40):
        line.arrive(2 * FULL)
        if number > 20:
            assert line.waiting == FULL
        line.store(seconds)
    assert line.admission.is_pressed()


def test_signals_that_wait_for_others_of_their_job_do_not_press(line: Line) -> None:
    for _ in range(100):
        line.admission.note_begun(FULL // 2, 10)
        line.now += A_FULL_BATCH_SECONDS
        line.admission.note_stored(FULL // 2)
        assert not line.admission.is_pressed()
