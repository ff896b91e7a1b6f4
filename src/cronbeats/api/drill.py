"""Fire drills: whether alerts arrive, tried before it matters."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, shown, success
from cronbeats.api.context import Context, IntegrationEditor
from cronbeats.api.openapi_errors import raises
from cronbeats.api.routing import new_router
from cronbeats.domain.integration import IntegrationKind
from cronbeats.services.run_drill import Heard, Message, run_drill

router = new_router("/integrations", tag="Integrations")


class DrillMessageShown(TypedDict):
    """What became of one message of a drill."""

    delivered: Annotated[bool, shown("Whether it arrived", True)]
    delay_ms: Annotated[
        int | None,
        shown(
            "Milliseconds from the event until it had arrived; null if it did not", 640, minimum=0
        ),
    ]
    error: Annotated[
        str | None, shown("Why it did not arrive, or what to mind although it did", None)
    ]


class DrillIntegrationShown(TypedDict):
    """What one integration was told."""

    type: Annotated[IntegrationKind, shown("The kind of integration", "slack")]
    down: Annotated[DrillMessageShown, shown("The message that a job is down", PARTS)]
    recovered: Annotated[DrillMessageShown, shown("The message that it is healthy again", PARTS)]


class DrillShown(TypedDict):
    """What came of a fire drill."""

    integrations: Annotated[
        list[DrillIntegrationShown], shown("Every integration that is on", PARTS)
    ]


@router.post("/drill", operation_id="runDrill", openapi_extra=raises("not_configured", "conflict"))
async def run(context: Context, who: IntegrationEditor) -> Answer[DrillShown]:
    """Run a fire drill: tell every integration that is on of a job that goes down and recovers."""
    heard = await run_drill(
        context.db,
        who.workspace_id,
        context.clock,
        by=who.actor,
        alerts_are_owed=context.alerts_are_owed,
        pause=context.pause,
    )
    return success({"integrations": [_heard_json(each) for each in heard]})


def _heard_json(heard: Heard) -> DrillIntegrationShown:
    return {
        "type": IntegrationKind(heard.integration),
        "down": _message_json(heard.down),
        "recovered": _message_json(heard.recovered),
    }


def _message_json(message: Message) -> DrillMessageShown:
    return {
        "delivered": message.is_delivered,
        "delay_ms": message.delay_ms,
        "error": message.error,
    }
