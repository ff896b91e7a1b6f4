"""An attempt to deliver an alert as the API shows it."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from cronbeats.api.answer import Moment, shown
from cronbeats.domain.attempt import Outcome


class AttemptShown(TypedDict):
    """One try to deliver an alert."""

    started_at: Annotated[Moment, shown("When it began, in UTC", "2026-02-20T02:15:09Z")]
    duration_ms: Annotated[int, shown("How long it took, in milliseconds", 142, minimum=0)]
    outcome: Annotated[
        Outcome,
        shown("Arrived, tried again later, or refused for good", "unreachable"),
    ]
    status_code: Annotated[
        int | None,
        shown(
            "The HTTP or SMTP status that the other side answered; null without an answer",
            503,
            minimum=100,
            maximum=599,
        ),
    ]
    error: Annotated[
        str | None,
        shown("Why it did not arrive, or what to mind although it did", "The webhook answered 503"),
    ]
    answer: Annotated[
        str | None,
        shown("How the answer began, without secrets; null without one", "busy", maxLength=500),
    ]
