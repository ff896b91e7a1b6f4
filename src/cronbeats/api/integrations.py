"""Integrations and alert rules."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Body as BodyParameter
from pydantic import AfterValidator, Field, create_model

from cronbeats.api.context import Context, IntegrationEditor, Reader, success
from cronbeats.api.job_view import shown_moment
from cronbeats.api.paging import PageQuery, page_json
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body, mistake, mistakes
from cronbeats.domain.access import Action, Identity, may
from cronbeats.domain.alert_rules import AlertRules
from cronbeats.domain.integration import IntegrationKind, LastDelivery, join_list, split_list
from cronbeats.domain.mask import mask_email, mask_secret, mask_url
from cronbeats.domain.page import page_of
from cronbeats.senders.protocol import ConfigField, Sender, Senders
from cronbeats.services import manage_integrations
from cronbeats.services.manage_integrations import IntegrationView

_MOST_REMINDER_SECONDS = 31_536_000


class AlertRulesIn(Body):
    """The rules to change; those left out stay."""

    alert_on_down: bool = True
    alert_on_recovery: bool = True
    alert_on_late: bool = False
    reminder_interval_seconds: int | None = Field(None, ge=60, le=_MOST_REMINDER_SECONDS)


def build_router(senders: Senders) -> APIRouter:
    """Return the routes of every kind of integration there is a sender for."""
    router = new_router("/integrations")
    router.add_api_route("", _browse, methods=["GET"])
    router.add_api_route("/alert-rules", _get_rules, methods=["GET"])
    router.add_api_route("/alert-rules", _save_rules, methods=["PUT"])
    for sender in senders.values():
        _add_routes(router, sender)
    return router


async def _browse(
    query: Annotated[PageQuery, Query()], context: Context, who: Reader
) -> dict[str, Any]:
    """List every kind of integration, set up or not."""
    views = await manage_integrations.browse_integrations(
        context.db, context.senders, who.workspace_id
    )
    page = page_of(views, query.request())
    return success(page_json("integrations", page, [_view_json(view, who) for view in page.items]))


async def _get_rules(context: Context, who: Reader) -> dict[str, Any]:
    """Return what the workspace wants to hear of."""
    rules = await manage_integrations.get_alert_rules(context.db, who.workspace_id)
    return success(_rules_json(rules))


async def _save_rules(
    body: AlertRulesIn, context: Context, who: IntegrationEditor
) -> dict[str, Any]:
    """Choose what the workspace wants to hear of."""
    changes = body.model_dump(exclude_unset=True)
    rules = await manage_integrations.save_alert_rules(
        context.db, who.workspace_id, changes, context.clock()
    )
    return success(_rules_json(rules))


def _add_routes(router: APIRouter, sender: Sender) -> None:
    shape = _shape(sender)

    async def save(
        body: Annotated[Body, BodyParameter()], context: Context, who: IntegrationEditor
    ) -> dict[str, Any]:
        """Set the integration up; what is left out stays, an empty text or list clears."""
        values = body.model_dump(exclude_unset=True)
        is_enabled = values.pop("is_enabled", None)
        for field in sender.fields:
            if field.max_items is not None and field.name in values:
                values[field.name] = join_list(values[field.name])
        view = await manage_integrations.save_integration(
            context.db,
            sender,
            who.workspace_id,
            values,
            is_enabled=is_enabled,
            now=context.clock(),
        )
        return success(_view_json(view, who))

    async def test(context: Context, who: IntegrationEditor) -> dict[str, Any]:
        """Send a test message now."""
        delivered = await manage_integrations.test_integration(
            context.db, sender, who.workspace_id, context.clock()
        )
        return success(
            {
                "type": sender.kind,
                "delivered": True,
                "status_code": delivered.status_code,
                "duration_ms": delivered.duration_ms,
                **({} if delivered.warning is None else {"warning": delivered.warning}),
            }
        )

    save.__annotations__["body"] = shape
    router.add_api_route(f"/{sender.kind}", save, methods=["PUT"])
    router.add_api_route(f"/{sender.kind}/test", test, methods=["POST"])


def _shape(sender: Sender) -> type[Body]:
    """Return what may be sent to set this kind of integration up, made from its fields."""
    fields: dict[str, Any] = {field.name: _field(sender, field) for field in sender.fields}
    fields["is_enabled"] = (bool, Field(True, description="Whether alerts are sent"))
    return create_model(f"{sender.kind.capitalize()}In", __base__=Body, **fields)


def _field(sender: Sender, field: ConfigField) -> tuple[Any, Any]:
    if field.max_items is not None:
        return _list_field(sender, field)

    def check(value: str) -> str:
        if reasons := sender.explain_bad({field.name: value}).get(field.name):
            raise mistakes(reasons)
        return value

    shown = Field("", max_length=field.max_length, description=field.description)
    return Annotated[str, AfterValidator(check)], shown


def _list_field(sender: Sender, field: ConfigField) -> tuple[Any, Any]:
    def check(items: list[str]) -> list[str]:
        if reasons := sender.explain_bad({field.name: join_list(items)}).get(field.name):
            raise mistakes(reasons)
        return items

    item = Annotated[str, Field(max_length=field.max_length), AfterValidator(_one_line)]
    shown: Any = Field([], max_length=field.max_items, description=field.description)
    return Annotated[list[item], AfterValidator(check)], shown


def _one_line(item: str) -> str:
    if not item.isprintable():
        raise mistake("Must have no line breaks or control characters.")
    return item


def _view_json(view: IntegrationView, who: Identity) -> dict[str, Any]:
    integration = view.integration
    config = {} if integration is None else integration.config
    values = {
        field.name: _shown(field, config.get(field.name), who) for field in view.sender.fields
    }
    return {
        "type": IntegrationKind(view.sender.kind),
        **values,
        "is_enabled": integration is not None and integration.is_enabled,
        "is_configured": integration is not None and integration.is_configured,
        "unavailable": view.sender.unavailable,
        "last_delivery": _delivery_json(None if integration is None else integration.last_delivery),
    }


def _shown(field: ConfigField, value: str | None, who: Identity) -> str | list[str] | None:
    if field.max_items is not None:
        return [_masked(field, item, who) for item in split_list(value or "")]
    return None if value is None else _masked(field, value, who)


def _masked(field: ConfigField, value: str, who: Identity) -> str:
    if field.is_personal and not may(who.role, Action.CHANGE_INTEGRATIONS):
        return mask_email(value)
    if not field.is_secret:
        return value
    return mask_url(value) if field.is_url else mask_secret(value)


def _delivery_json(delivery: LastDelivery | None) -> dict[str, Any] | None:
    if delivery is None:
        return None
    return {
        "status": delivery.status,
        "at": shown_moment(delivery.at),
        "error": delivery.error,
    }


def _rules_json(rules: AlertRules) -> dict[str, Any]:
    return {
        "alert_on_down": rules.alert_on_down,
        "alert_on_recovery": rules.alert_on_recovery,
        "alert_on_late": rules.alert_on_late,
        "reminder_interval_seconds": rules.reminder_interval_seconds,
    }
