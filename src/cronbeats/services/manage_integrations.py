"""Manage integrations: set them up, try them, and choose what they are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from cronbeats.domain.alert import Alert, AlertKind
from cronbeats.domain.alert_rules import AlertRules
from cronbeats.domain.attempt import attempt_of
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    Target,
    TargetKind,
    changes_between,
    hidden_changes,
)
from cronbeats.domain.delivery import Delivered, complaint_of
from cronbeats.domain.errors import (
    DeliveryFailedError,
    InvalidValueError,
    NotConfiguredError,
    ThrottledError,
)
from cronbeats.domain.integration import UNREADABLE, Integration
from cronbeats.domain.throttle import subjects_of_test_message
from cronbeats.senders.protocol import Sender, Senders
from cronbeats.storage import (
    alert_rules,
    alerts,
    audit_log,
    drill_jobs,
    integrations,
    ledger,
    sign_in_tries,
    workspaces,
)
from cronbeats.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class IntegrationView:
    """One kind of integration, and the workspace's own of it if it was ever set up."""

    sender: Sender
    integration: Integration | None


async def browse_integrations(
    db: Database, senders: Senders, workspace_id: int
) -> list[IntegrationView]:
    """Return every kind of integration, set up or not, in the order of the senders."""
    async with db.read() as tx:
        found = {each.kind: each for each in await integrations.browse(tx, workspace_id)}
    return [IntegrationView(sender, found.get(kind)) for kind, sender in senders.items()]


async def save_integration(
    db: Database,
    sender: Sender,
    workspace_id: int,
    values: Mapping[str, str],
    *,
    is_enabled: bool | None,
    by: Actor,
    now: datetime,
) -> IntegrationView:
    """Set an integration's values; those not named stay, an empty text clears.

    What is owed to it leaves at once, even if it was broken, or failed, before.

    `is_enabled` None leaves it as it is; a new integration is on. What is stored but cannot be read
    is only replaced as a whole: then every value must be named. Raises InvalidValueError.
    """
    async with db.write() as tx:
        await workspaces.hold(tx, workspace_id)
        known = await integrations.lock(tx, workspace_id, sender.kind)
        if known and not known.is_readable:
            if not values:
                return await _enable_unread(tx, sender, known, is_enabled, by=by, now=now)
            _check_all_named(sender, values)
        config = {**(known.config if known else {}), **values}
        config = {name: value for name, value in config.items() if value}
        if errors := sender.explain_bad(config) or _explain_unavailable(sender, values):
            raise InvalidValueError(errors)
        if is_enabled is None:
            is_enabled = known.is_enabled if known else True
        await integrations.save(
            tx,
            workspace_id,
            sender.kind,
            config,
            is_enabled=is_enabled,
            is_configured=_is_complete(sender, config),
            now=now,
        )
        saved = await integrations.get(tx, workspace_id, sender.kind)
        await _write_down(tx, known, saved, by, now)
        if known is not None:
            await alerts.hurry(tx, known.id, now)
    return IntegrationView(sender, saved)


async def count_test(db: Database, workspace_id: int, now: datetime) -> None:
    """Count a test message, or a drill, that somebody wants. Raises ThrottledError."""
    if wait := await sign_in_tries.count_if_room(db, subjects_of_test_message(workspace_id), now):
        raise ThrottledError(wait)


async def test_integration(
    db: Database, sender: Sender, workspace_id: int, now: datetime, *, by: Actor
) -> Delivered:
    """Send a test message now, whether the integration is on or off.

    It is in the delivery log. If it arrives, the integration is not broken or held any more, and
    what is owed leaves. Raises NotConfiguredError, or DeliveryFailedError with what the other side
    answered.
    """
    async with db.read() as tx:
        integration = await integrations.get(tx, workspace_id, sender.kind)
        name = await workspaces.get_name(tx, workspace_id)
    if integration is not None and not integration.is_readable:
        raise NotConfiguredError(f"The {sender.kind} integration cannot be used: {UNREADABLE}")
    if integration is None or not integration.is_configured:
        raise NotConfiguredError(f"The {sender.kind} integration is not configured yet")
    alert = _test_alert(workspace_id, name, now)
    delivery = await sender.send(integration.config, alert)
    async with db.write() as tx:
        drill_job = await drill_jobs.lock(tx, workspace_id, now)
        attempt = attempt_of(delivery, now, now)
        await ledger.keep_test(tx, drill_job, integration.id, alert, attempt)
        status = "sent" if isinstance(delivery, Delivered) else "failed"
        said = complaint_of(delivery)
        await integrations.note_test(tx, integration.id, status, now, said)
        target = Target(TargetKind.INTEGRATION, sender.kind, integration.id)
        tested = AuditEntry(now, by, AuditAction.INTEGRATION_TESTED, target, workspace_id)
        await audit_log.add(tx, [tested])
    if not isinstance(delivery, Delivered):
        told = f"The test message was not delivered: {delivery.error}"
        raise DeliveryFailedError(told, attempt)
    if integration.broken is not None or integration.resume_at is not None:
        async with db.write() as tx:
            await integrations.mend(tx, integration.id)
            await alerts.hurry(tx, integration.id, now)
    return delivery


async def get_alert_rules(db: Database, workspace_id: int) -> AlertRules:
    """Return what a workspace wants to hear of."""
    async with db.read() as tx:
        found = await alert_rules.by_workspace(tx, [workspace_id])
    return found.get(workspace_id, AlertRules())


async def save_alert_rules(
    db: Database, workspace_id: int, changes: Mapping[str, Any], now: datetime, *, by: Actor
) -> AlertRules:
    """Set some of a workspace's rules, by their names; the others stay.

    Reminders of what is down already follow the new rules from `now` on.
    """
    async with db.write() as tx:
        await workspaces.lock(tx, workspace_id)
        known = (await alert_rules.by_workspace(tx, [workspace_id])).get(workspace_id)
        await alert_rules.save(tx, workspace_id, changes)
        await ledger.plan_reminders(tx, now, workspace_id)
        found = await alert_rules.by_workspace(tx, [workspace_id])
        if edits := changes_between(asdict(known or AlertRules()), asdict(found[workspace_id])):
            target = Target(TargetKind.ALERT_RULES, "Alert rules")
            updated = AuditAction.ALERT_RULES_UPDATED
            await audit_log.add(
                tx, [AuditEntry(now, by, updated, target, workspace_id, changes=edits)]
            )
    return found[workspace_id]


def _explain_unavailable(sender: Sender, values: Mapping[str, str]) -> dict[str, list[str]]:
    """Say what the operator must do first; what is there already can be cleared all the same."""
    if sender.unavailable is None:
        return {}
    return {name: [sender.unavailable] for name, value in values.items() if value}


async def _enable_unread(
    tx: Transaction,
    sender: Sender,
    known: Integration,
    is_enabled: bool | None,
    *,
    by: Actor,
    now: datetime,
) -> IntegrationView:
    if is_enabled is not None:
        await integrations.enable(
            tx, known.workspace_id, sender.kind, is_enabled=is_enabled, now=now
        )
        switched = replace(known, is_enabled=is_enabled)
        await _write_down(tx, known, switched, by, now)
    return IntegrationView(sender, await integrations.get(tx, known.workspace_id, sender.kind))


async def _write_down(
    tx: Transaction, before: Integration | None, after: Integration | None, by: Actor, now: datetime
) -> None:
    """Tell the audit log which values were changed; what they are is nobody's business there."""
    if after is None:
        return
    known = {} if before is None else before.config
    named = sorted({*known, *after.config})
    values = hidden_changes(name for name in named if known.get(name) != after.config.get(name))
    was_enabled = {} if before is None else {"is_enabled": before.is_enabled}
    switched = changes_between(was_enabled, {"is_enabled": after.is_enabled})
    if changes := values + switched:
        target = Target(TargetKind.INTEGRATION, after.kind, after.id)
        updated = AuditAction.INTEGRATION_UPDATED
        await audit_log.add(tx, [AuditEntry(now, by, updated, target, after.workspace_id, changes)])


def _check_all_named(sender: Sender, values: Mapping[str, str]) -> None:
    missing = [field.name for field in sender.fields if field.name not in values]
    if missing:
        reason = (
            "The stored value cannot be read with this server's secret key; "
            "give it anew, or an empty text to clear it."
        )
        raise InvalidValueError({name: [reason] for name in missing})


def _is_complete(sender: Sender, config: Mapping[str, str]) -> bool:
    return all(config.get(field.name) for field in sender.fields if field.is_required)


def _test_alert(workspace_id: int, workspace_name: str, now: datetime) -> Alert:
    return Alert(
        id=str(uuid4()),
        kind=AlertKind.TEST,
        occurred_at=now,
        workspace_id=workspace_id,
        workspace_name=workspace_name,
        text=f"A test from CronBeats: alerts of the workspace {workspace_name} arrive here.",
    )
