"""Revisions: which configuration of a job an editor has seen, so that no edit undoes another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from cronbeats.domain.errors import PreconditionFailedError
from cronbeats.domain.job import Job
from cronbeats.domain.job_wish import wish_of

_LENGTH = 32


def revision_of(job: Job) -> str:
    """Return a name for what people decide about a job: 32 hexadecimal digits.

    It is made from the configuration and from whether the job is enabled. Pings, time and a mute
    change none of that, and what is changed and changed back bears its old name again.
    """
    decided = [job.id, job.is_enabled, asdict(wish_of(job))]
    text = json.dumps(decided, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must be true of a job for a change to be made; by default anything may be.

    `revisions` are those of which it must have one, if any is named; `must_exist` and
    `must_be_new` are asked where a job may be either.
    """

    revisions: frozenset[str] | None = None
    must_exist: bool = False
    must_be_new: bool = False

    def check(self, job: Job | None) -> None:
        """Raise PreconditionFailedError unless the job, or that there is none, is as it must be."""
        if job is None:
            if self.must_exist or self.revisions is not None:
                raise PreconditionFailedError("There is no such job yet")
        elif self.must_be_new:
            raise PreconditionFailedError("There is such a job already")
        elif self.revisions is not None and revision_of(job) not in self.revisions:
            raise PreconditionFailedError("The job was changed since it was read: read it again")


WHATEVER = Precondition()
