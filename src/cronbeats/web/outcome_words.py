"""How runs ended, as people say it: of one run, and of how many."""

from __future__ import annotations

from cronbeats.domain.job import Outcome

OUTCOMES = {
    Outcome.RUNNING: "running",
    Outcome.SUCCESS: "succeeded",
    Outcome.FAILED: "failed",
    Outcome.MISSED: "missed",
    Outcome.OVERRAN: "took too long",
    Outcome.ABANDONED: "without an end",
    Outcome.UNOBSERVED: "unobserved",
}
"""Each reads well after `Run 3` and after a count."""
