"""What messages are about, and how they stand, in words: the same on all pages."""

from __future__ import annotations

from cronbeats.domain.alert import AlertKind

EVENTS = {
    AlertKind.DOWN: "Down",
    AlertKind.RECOVERED: "Healthy again",
    AlertKind.LATE: "Late",
    AlertKind.REMINDER: "Still down",
    AlertKind.TEST: "Test",
}
STATUSES = {
    "owed": "Waiting",
    "sent": "Sent",
    "failed": "Failed",
    "superseded": "Superseded",
}


def event_of(kind: str) -> str:
    """Return what a message is about; one of a kind that only a newer version knows, as it says."""
    return next((words for known, words in EVENTS.items() if known == kind), kind)
