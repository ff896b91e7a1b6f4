"""Alert rules: what a workspace wants to hear of."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from cronbeats.api.answer import Answer, shown, success
from cronbeats.api.context import Context, IntegrationEditor, Reader
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body, changes_schema
from cronbeats.domain.alert_rules import (
    LONGEST_REMINDER_SECONDS,
    SHORTEST_REMINDER_SECONDS,
    AlertRules,
)
from cronbeats.services import manage_integrations

router = new_router("/integrations/alert-rules", tag="Alert rules")


class AlertRulesIn(Body):
    """The rules to change; those left out stay."""

    model_config = ConfigDict(
        json_schema_extra=changes_schema(alert_on_down=True, alert_on_recovery=True)
    )

    alert_on_down: bool = Field(True, description="Tell when a job is marked down", examples=[True])
    alert_on_recovery: bool = Field(
        True, description="Tell when a job recovers from down", examples=[True]
    )
    alert_on_late: bool = Field(False, description="Tell when a job is late", examples=[False])
    reminder_interval_seconds: int | None = Field(
        None,
        ge=SHORTEST_REMINDER_SECONDS,
        le=LONGEST_REMINDER_SECONDS,
        description="Seconds between reminders of a job that stays down; null for none",
        examples=[3600],
    )


class AlertRulesShown(TypedDict):
    """What the workspace wants to hear of."""

    alert_on_down: Annotated[bool, shown("Whether a job that is down is told of", True)]
    alert_on_recovery: Annotated[bool, shown("Whether a recovery is told of", True)]
    alert_on_late: Annotated[bool, shown("Whether a job that is late is told of", False)]
    reminder_interval_seconds: Annotated[
        int | None,
        shown(
            "Seconds between reminders of a job that stays down; null for none",
            None,
            minimum=SHORTEST_REMINDER_SECONDS,
            maximum=LONGEST_REMINDER_SECONDS,
        ),
    ]


@router.get("", operation_id="getAlertRules")
async def get(context: Context, who: Reader) -> Answer[AlertRulesShown]:
    """Return what the workspace wants to hear of."""
    rules = await manage_integrations.get_alert_rules(context.db, who.workspace_id)
    return success(_rules_json(rules))


@router.put("", operation_id="updateAlertRules")
async def save(
    body: AlertRulesIn, context: Context, who: IntegrationEditor
) -> Answer[AlertRulesShown]:
    """Choose what the workspace wants to hear of; what is left out stays."""
    changes = body.model_dump(exclude_unset=True)
    rules = await manage_integrations.save_alert_rules(
        context.db, who.workspace_id, changes, context.clock(), by=who.actor
    )
    return success(_rules_json(rules))


def _rules_json(rules: AlertRules) -> AlertRulesShown:
    return {
        "alert_on_down": rules.alert_on_down,
        "alert_on_recovery": rules.alert_on_recovery,
        "alert_on_late": rules.alert_on_late,
        "reminder_interval_seconds": rules.reminder_interval_seconds,
    }
