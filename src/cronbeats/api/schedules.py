"""What a schedule means, before and after it is a job's."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, success
from cronbeats.api.context import Context, JobId, Reader
from cronbeats.api.job_shapes import ScheduleIn
from cronbeats.api.routing import new_router
from cronbeats.domain.preview import Preview, preview, preview_job
from cronbeats.domain.schedule import choose_schedule
from cronbeats.edge.problems import moment
from cronbeats.services import browse_jobs

router = new_router(tag="Schedules")


class SlotShown(TypedDict):
    """A moment at which a run is expected."""

    at: Annotated[Moment, shown("The moment in UTC", "2026-02-23T01:30:00Z")]
    local: Annotated[
        str,
        shown(
            "The same in its time zone, with the offset from UTC",
            "2026-02-23T02:30:00+01:00",
            format="date-time",
        ),
    ]


class PreviewShown(TypedDict):
    """What a schedule means."""

    words: Annotated[
        str, shown("Says it in words", "at 02:30 on every day-of-week from Monday through Friday")
    ]
    timezone: Annotated[str, shown("The IANA time zone it is meant in", "Europe/Berlin")]
    slots: Annotated[list[SlotShown], shown("The next moments, five at most", PARTS, maxItems=5)]


@router.post("/schedule-preview", operation_id="previewSchedule")
async def look_ahead(body: ScheduleIn, context: Context, _who: Reader) -> Answer[PreviewShown]:
    """Say what a schedule means, in words and as its next five slots."""
    schedule = choose_schedule(body.expected_interval_seconds, body.cron_expression, body.timezone)
    return success(_preview_json(preview(schedule, context.clock()), body.timezone))


@router.get("/jobs/{job_id}/schedule-preview", operation_id="previewJobSchedule")
async def look_ahead_of_job(job_id: JobId, context: Context, who: Reader) -> Answer[PreviewShown]:
    """Say what a job's schedule means; the first slot is the one awaited."""
    now, blind = context.clock(), await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, now, blind)
    return success(_preview_json(preview_job(job, now), job.timezone))


def _preview_json(found: Preview, timezone: str) -> PreviewShown:
    zone = ZoneInfo(timezone)
    return {
        "words": found.words,
        "timezone": timezone,
        "slots": [
            {
                "at": moment(slot),
                "local": slot.astimezone(zone).isoformat(timespec="seconds"),
            }
            for slot in found.slots
        ],
    }
