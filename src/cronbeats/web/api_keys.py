"""The API keys of a workspace: made, shown once, and revoked by its owners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cronbeats.domain.access import Action, Role
from cronbeats.domain.api_key import ApiKey
from cronbeats.domain.errors import InvalidValueError, NotFoundError
from cronbeats.services.manage_api_keys import browse_api_keys, create_api_key, revoke_api_key
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_LASTS = {"never": "Never", "30": "In 30 days", "90": "In 90 days", "365": "In a year"}
_FRESH = {"role": Role.ADMIN, "expires": "never"}
_ROLES = [
    (Role.VIEWER, "Viewer", "Reads."),
    (Role.MEMBER, "Member", "Works on jobs, too."),
    (Role.ADMIN, "Admin", "Works on integrations and alert rules, too."),
    (Role.OWNER, "Owner", "Does all that the API can do."),
]


async def show_keys(visit: Visit) -> Answer:
    """List the keys, the newest first, and ask what a new one is to be."""
    return await _show(visit, Form(_FRESH))


async def make_key(visit: Visit) -> Answer:
    """Make a key, and show it this once."""
    form = visit.form
    try:
        made = await create_api_key(
            visit.context.db,
            visit.membership.workspace_id,
            name=form.get("name", ""),
            role=_read_role(form.get("role", "")),
            expires_at=_read_expiry(form.get("expires", ""), visit.now),
            by=visit.actor,
            now=visit.now,
        )
    except InvalidValueError as error:
        return await _show(visit, refused(form, error), status=422)
    return await _show(visit, Form(_FRESH), status=201, made=made)


async def ask_to_revoke(visit: Visit) -> Answer:
    """Ask whether a key is really to end. Raises NotFoundError."""
    return show(visit, "revoke_key.html", key=await _find(visit), path=_path(visit))


async def revoke_key(visit: Visit) -> Answer:
    """End a key at once. Raises NotFoundError."""
    key = await revoke_api_key(
        visit.context.db,
        visit.membership.workspace_id,
        visit.id("key_id"),
        by=visit.actor,
        now=visit.now,
    )
    return go_to(visit, _path(visit), told=f"The key {key.title} is revoked.")


_BASE = "/w/{workspace_id}/api-keys"
PAGES = (
    get(_BASE, show_keys, Action.MANAGE_KEYS),
    post(_BASE, make_key, Action.MANAGE_KEYS),
    get(f"{_BASE}/{{key_id}}/revoke", ask_to_revoke, Action.MANAGE_KEYS),
    post(f"{_BASE}/{{key_id}}/revoke", revoke_key, Action.MANAGE_KEYS),
)


async def _show(visit: Visit, form: Form, *, status: int = 200, made: Any = None) -> Answer:
    keys = await browse_api_keys(visit.context.db, visit.membership.workspace_id)
    return show(
        visit,
        "api_keys.html",
        status=status,
        form=form,
        made=made,
        sample="" if made is None else _sample(visit, made.secret),
        keys=[(key, key.status(visit.now)) for key in reversed(keys)],
        roles=_ROLES,
        expiries=list(_LASTS.items()),
        path=_path(visit),
    )


async def _find(visit: Visit) -> ApiKey:
    keys = await browse_api_keys(visit.context.db, visit.membership.workspace_id)
    wanted = visit.id("key_id")
    found = next((key for key in keys if key.id == wanted), None)
    if found is None:
        raise NotFoundError("API key not found")
    return found


def _sample(visit: Visit, secret: str) -> str:
    return f'curl -s {visit.context.base_url}/api/v1/me -H "X-API-Key: {secret}"'


def _read_role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise InvalidValueError({"role": ["Choose a role."]}) from None


def _read_expiry(text: str, now: datetime) -> datetime | None:
    if text not in _LASTS:
        raise InvalidValueError({"expires": ["Choose one."]})
    return None if text == "never" else now + timedelta(days=int(text))


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/api-keys"
