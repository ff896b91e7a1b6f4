"""Integrations: where alerts go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi import Body as BodyParameter
from pydantic import BaseModel

from cronbeats.api.answer import Answer, shown_moment, success
from cronbeats.api.context import Context, IntegrationEditor, Reader
from cronbeats.api.integration_shapes import (
    BreakageShown,
    LastDeliveryShown,
    Setup,
    TestedShown,
    answer_of,
    body_of,
    page_of_views,
    shown_value,
    view_of,
)
from cronbeats.api.openapi_errors import raises
from cronbeats.api.paging import PageQuery, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body
from cronbeats.domain.access import Identity
from cronbeats.domain.integration import (
    UNREADABLE,
    Breakage,
    Integration,
    IntegrationKind,
    LastDelivery,
    join_list,
)
from cronbeats.domain.page import page_of
from cronbeats.edge.problems import moment
from cronbeats.services import manage_integrations
from cronbeats.services.manage_integrations import IntegrationView


def build_router(setups: Sequence[Setup]) -> APIRouter:
    """Return the routes of these kinds of integrations; their senders are those of the context."""
    router = new_router("/integrations", tag="Integrations")
    views = {setup.kind: view_of(setup) for setup in setups}
    router.add_api_route(
        "",
        _browse,
        methods=["GET"],
        operation_id="listIntegrations",
        response_model=answer_of(page_of_views(list(views.values()))),
    )
    for setup in setups:
        _add_routes(router, setup, views[setup.kind])
    return router


async def _browse(query: Annotated[PageQuery, Query()], context: Context, who: Reader) -> Any:
    """List every kind of integration, set up or not."""
    views = await manage_integrations.browse_integrations(
        context.db, context.senders, who.workspace_id
    )
    page = page_of(views, query.request())
    items = [_view_json(view, who) for view in page.items]
    return success({"integrations": items, "pagination": pagination_json(page)})


def _add_routes(router: APIRouter, setup: Setup, view: type[BaseModel]) -> None:
    kind, name = setup.kind, setup.kind.capitalize()
    router.add_api_route(
        f"/{kind}",
        _saver(setup),
        methods=["PUT"],
        operation_id=f"configure{name}",
        response_model=answer_of(view),
    )
    router.add_api_route(
        f"/{kind}/test",
        _tester(kind),
        methods=["POST"],
        operation_id=f"test{name}",
        openapi_extra=raises("not_configured", "delivery_failed"),
    )


def _saver(setup: Setup) -> Any:
    async def save(
        body: Annotated[Body, BodyParameter()], context: Context, who: IntegrationEditor
    ) -> Any:
        """Set the integration up; what is left out stays, an empty text or list clears."""
        values = body.model_dump(exclude_unset=True)
        is_enabled = values.pop("is_enabled", None)
        for field in setup.fields:
            if field.max_items is not None and field.name in values:
                values[field.name] = join_list(values[field.name])
        view = await manage_integrations.save_integration(
            context.db,
            context.senders[setup.kind],
            who.workspace_id,
            values,
            is_enabled=is_enabled,
            by=who.actor,
            now=context.clock(),
        )
        return success(_view_json(view, who))

    save.__annotations__["body"] = body_of(setup)
    return save


def _tester(kind: IntegrationKind) -> Any:
    async def test(context: Context, who: IntegrationEditor) -> Answer[TestedShown]:
        """Send a test message now, whether alerts are sent or not."""
        delivered = await manage_integrations.test_integration(
            context.db, context.senders[kind], who.workspace_id, context.clock(), by=who.actor
        )
        tested: TestedShown = {
            "type": kind,
            "delivered": True,
            "status_code": delivered.status_code,
            "duration_ms": delivered.duration_ms,
            "answer": delivered.answer,
        }
        if delivered.warning is not None:
            tested["warning"] = delivered.warning
        return success(tested)

    return test


def _view_json(view: IntegrationView, who: Identity) -> dict[str, Any]:
    integration = view.integration
    config = {} if integration is None else integration.config
    values = {
        field.name: shown_value(field, config.get(field.name), who) for field in view.sender.fields
    }
    return {
        "type": IntegrationKind(view.sender.kind),
        **values,
        "is_enabled": integration is not None and integration.is_enabled,
        "is_configured": _is_usable(integration),
        "unavailable": view.sender.unavailable or _problem(integration),
        "last_delivery": _delivery_json(None if integration is None else integration.last_delivery),
        "broken": _breakage_json(None if integration is None else integration.broken),
        **_newest_json(integration),
    }


def _newest_json(integration: Integration | None) -> dict[str, Any]:
    """Return when an integration last worked and last failed, and why."""
    seen = integration
    return {
        "last_success_at": None if seen is None else shown_moment(seen.last_success_at),
        "last_failure_at": None if seen is None else shown_moment(seen.last_failure_at),
        "last_failure_reason": None if seen is None else seen.last_failure_reason,
    }


def _is_usable(integration: Integration | None) -> bool:
    return integration is not None and integration.is_configured and integration.is_readable


def _problem(integration: Integration | None) -> str | None:
    """Return what keeps alerts from leaving although somebody set the integration up."""
    if integration is None or integration.is_readable:
        return None
    return f"The integration cannot be used: {UNREADABLE}"


def _delivery_json(delivery: LastDelivery | None) -> LastDeliveryShown | None:
    if delivery is None:
        return None
    return {"status": delivery.status, "at": moment(delivery.at), "error": delivery.error}


def _breakage_json(broken: Breakage | None) -> BreakageShown | None:
    return None if broken is None else {"since": moment(broken.since), "reason": broken.reason}
