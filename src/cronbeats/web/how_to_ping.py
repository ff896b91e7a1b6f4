"""How a job calls its ping URL: code to copy, for whatever runs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cronbeats.domain.job import Job
from cronbeats.domain.schedule import Cron, Every

_PLACE = re.compile(r"@([A-Z_]+)@")
_LONGEST_SLUG = 40
_NIGHTLY = "0 3 * * *"
_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code that can be copied as it is; `about` says what it does beyond the obvious."""

    about: str
    code: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to let a job report, by the name of what runs it."""

    name: str
    snippets: tuple[Snippet, ...]

    @property
    def anchor(self) -> str:
        """What names it among the ids of a page."""
        return "-".join(re.findall(r"[a-z]+", self.name.lower()))


def ways_to_ping(job: Job, base_url: str) -> tuple[Way, ...]:
    """Return all ways in which a job can report to the server at `base_url`."""
    places = _places(job, base_url)
    return tuple(
        Way(name, tuple(Snippet(about, _fill(_read(file), places)) for about, file in parts))
        for name, parts in _WAYS
    )


def cron_for(job: Job) -> str | None:
    """Return a cron expression for the job's schedule, None if no single one says the same."""
    match job.rules.schedule:
        case Cron(expression=expression):
            return expression
        case Every(seconds=seconds):
            return _cron_every(seconds)


_WAYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Crontab",
        (
            ("Tells how the job ended, by its exit code.", "crontab"),
            (
                "Tells the start as well, so that runs are timed, and the end of the output.",
                "crontab_with_output",
            ),
        ),
    ),
    ("Shell", (("Times any command, keeps its output and its exit code.", "wrapper"),)),
    ("Python", (("With the client for Python.", "python"),)),
    ("Node", (("With the client for Node.js.", "node"),)),
    ("PHP", (("With the client for PHP.", "php"),)),
    ("Ruby", (("With the client for Ruby.", "ruby"),)),
    ("Go", (("With the client for Go.", "go"),)),
    (
        "systemd",
        (
            ("In the unit of the job itself.", "systemd"),
            ("Or by units of its own, from systemd 249 on.", "systemd_units"),
        ),
    ),
    ("GitHub Actions", (("A workflow; cancelled counts as failed.", "github_actions"),)),
    ("Kubernetes", (("A CronJob; its time zone needs Kubernetes 1.27.", "kubernetes"),)),
    ("PowerShell", (("For Windows and elsewhere.", "powershell"),)),
    ("Anything else", (("All that a job can tell, one call each. GET will do, too.", "http"),)),
)


def _places(job: Job, base_url: str) -> dict[str, str]:
    """Return what is put into the code where it bears a name between two `@`."""
    return {
        "PING_URL": f"{base_url}/ping/{job.key}",
        "BASE_URL": base_url,
        "JOB_KEY": job.key,
        "JOB_NAME": _slug(job.name),
        "SCHEDULE": cron_for(job) or _NIGHTLY,
        "TIME_ZONE": job.timezone,
    }


def _slug(name: str) -> str:
    """Return a name that is fit for files, units and DNS labels, whatever people call the job."""
    words = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:_LONGEST_SLUG].strip("-")
    return words if words and words[0].isalpha() else f"job-{words}".rstrip("-")


def _cron_every(seconds: int) -> str | None:
    if seconds == _WEEK:
        return "0 3 * * 1"
    if seconds == _DAY:
        return _NIGHTLY
    minutes, hours = seconds // _MINUTE, seconds // _HOUR
    if seconds == minutes * _MINUTE and minutes and _HOUR % seconds == 0:
        return {1: "* * * * *", 60: "0 * * * *"}.get(minutes, f"*/{minutes} * * * *")
    if seconds == hours * _HOUR and hours and _DAY % seconds == 0:
        return f"0 */{hours} * * *"
    return None


@cache
def _read(name: str) -> str:
    return files("cronbeats.web").joinpath("snippets", f"{name}.txt").read_text().rstrip("\n")


def _fill(code: str, places: dict[str, str]) -> str:
    return _PLACE.sub(lambda found: places[found[1]], code)
