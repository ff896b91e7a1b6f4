"""Time zones with clocks that change, and random cron expressions."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.domain.build import utc

CHANGES = {
    "Europe/Berlin": [utc("2025-03-30 01:00"), utc("2025-10-26 01:00"), utc("2026-03-29 01:00")],
    "America/Santiago": [utc("2025-04-06 03:00"), utc("2025-09-07 04:00"), utc("2026-04-05 03:00")],
    "Australia/Lord_Howe": [
        utc("2025-04-05 15:00"),
        utc("2025-10-04 15:30"),
        utc("2026-04-04 15:00"),
    ],
    "Africa/Casablanca": [
        utc("2025-02-23 02:00"),
        utc("2025-04-06 02:00"),
        utc("2026-02-15 02:00"),
    ],
    "Pacific/Apia": [utc("2011-04-02 14:00"), utc("2011-09-24 14:00"), utc("2011-12-30 10:00")],
}

zones = st.sampled_from(sorted(CHANGES))

_minutes = st.sampled_from(["*", "*/7", "*/15", "0", "30", "59", "0,30", "15-45/10", "5,20,45"])
_hours = st.sampled_from(["*", "*/2", "*/5", "0", "1", "2", "3", "23", "0-3", "1,2", "2-23/7"])
_days_of_month = st.sampled_from(["*", "*", "*", "1", "*/2", "1-7", "30", "25-31"])
_months = st.sampled_from(["*", "*", "*", "3,4", "9-12"])
_days_of_week = st.sampled_from(["*", "*", "*", "0", "7", "1-5", "6,0"])

expressions = st.tuples(_minutes, _hours, _days_of_month, _months, _days_of_week).map(" ".join)


@st.composite
def moments_near_a_change(draw: st.DrawFn, zone: str, hours: int) -> datetime:
    """A moment within so many hours of a change of the zone's clocks."""
    change = draw(st.sampled_from(CHANGES[zone]))
    return change + timedelta(minutes=draw(st.integers(-60 * hours, 60 * hours)))
