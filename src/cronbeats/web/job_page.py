"""The page of a job: how it stands, why, and how it reports."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.explanation import explain
from cronbeats.domain.job import Job, Status, cron_of
from cronbeats.domain.words import in_words, schedule_in_words
from cronbeats.web.answers import show
from cronbeats.web.job_paths import JOB, find_job, jobs_path
from cronbeats.web.page import get
from cronbeats.web.visit import Answer, Visit


async def show_job(visit: Visit) -> Answer:
    """Show how a job stands, why, and how it reports. Raises NotFoundError."""
    job, blind = await find_job(visit), await visit.context.blind_windows()
    rules = job.rules
    ping_url = f"{visit.context.base_url}/ping/{job.key}"
    return show(
        visit,
        "job.html",
        job=job,
        path=f"{jobs_path(visit)}/{job.id}",
        explained=explain(job, blind),
        ping_url=ping_url,
        crontab=_crontab(job, ping_url),
        schedule=schedule_in_words(rules.schedule),
        grace=in_words(rules.grace),
        down_after=in_words(rules.down_after),
        is_waiting=job.state.status is Status.PENDING and job.state.last_signal_at is None,
    )


PAGES = (get(JOB, show_job, Action.READ),)


def _crontab(job: Job, ping_url: str) -> str:
    """Return a line for a crontab; of a job with an interval, the command alone."""
    command = f"your-command && curl -fsS -m 10 --retry 5 -o /dev/null {ping_url}"
    expression = cron_of(job.rules.schedule)
    return f"{expression} {command}" if expression else command
