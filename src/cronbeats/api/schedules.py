"""What a schedule means, before and after it is a job's."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from cronbeats.api.context import Context, ItemId, Reader, success
from cronbeats.api.job_shapes import ScheduleIn
from cronbeats.api.routing import new_router
from cronbeats.domain.preview import Preview, preview, preview_job
from cronbeats.domain.schedule import choose_schedule
from cronbeats.edge.problems import moment
from cronbeats.services import browse_jobs

router = new_router()


@router.post("/schedule-preview")
async def look_ahead(body: ScheduleIn, context: Context, _who: Reader) -> dict[str, Any]:
    """Say what a schedule means, in words and as its next five slots."""
    schedule = choose_schedule(body.expected_interval_seconds, body.cron_expression, body.timezone)
    return success(_preview_json(preview(schedule, context.clock()), body.timezone))


@router.get("/jobs/{job_id}/schedule-preview")
async def look_ahead_of_job(job_id: ItemId, context: Context, who: Reader) -> dict[str, Any]:
    """Say what a job's schedule means; the first slot is the one awaited."""
    now, blind = context.clock(), await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, now, blind)
    return success(_preview_json(preview_job(job, now), job.timezone))


def _preview_json(shown: Preview, timezone: str) -> dict[str, Any]:
    zone = ZoneInfo(timezone)
    return {
        "words": shown.words,
        "timezone": timezone,
        "slots": [
            {
                "at": moment(slot),
                "local": slot.astimezone(zone).isoformat(timespec="seconds"),
            }
            for slot in shown.slots
        ],
    }
