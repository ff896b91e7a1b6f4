"""An alert's facts as JSON, and back; every moment is a text in ISO 8601."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob, AlertKind
from cronbeats.domain.job import Reason, Status

_NAMES = {
    kind: dict.fromkeys(field.name for field in fields(kind))
    for kind in (Alert, AlertJob, AlertIncident)
}


def alert_to_text(alert: Alert) -> str:
    """Return `alert` as JSON."""
    return orjson.dumps(alert).decode()


def alert_from_json(stored: dict[str, Any]) -> Alert:
    """Return the alert of what alert_to_text wrote, as JSON is read."""
    job, incident = stored["job"], stored["incident"]
    return Alert(
        **{
            **_known(Alert, stored),
            "kind": AlertKind(stored["kind"]),
            "occurred_at": datetime.fromisoformat(stored["occurred_at"]),
            "job": None if job is None else _job(job),
            "incident": None if incident is None else _incident(incident),
        }
    )


def _job(stored: dict[str, Any]) -> AlertJob:
    return AlertJob(
        **{
            **_known(AlertJob, stored),
            "status": Status(stored["status"]),
            "tags": tuple(stored["tags"]),
            "last_success_at": _moment(stored["last_success_at"]),
            "next_expected_at": _moment(stored["next_expected_at"]),
        }
    )


def _incident(stored: dict[str, Any]) -> AlertIncident:
    return AlertIncident(
        **{
            **_known(AlertIncident, stored),
            "reason": Reason(stored["reason"]),
            "started_at": datetime.fromisoformat(stored["started_at"]),
            "ended_at": _moment(stored["ended_at"]),
        }
    )


def _known(kind: type[Alert | AlertJob | AlertIncident], stored: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a newer version may have added."""
    names = _NAMES[kind]
    if stored.keys() <= names.keys():
        return stored
    return {name: value for name, value in stored.items() if name in names}


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
