"""Workspaces, the people in them and their API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, or_, select

from cronbeats.domain.access import Identity, Role
from cronbeats.domain.keys import NewApiKey
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import api_keys, members, users, workspaces


async def exists(tx: Transaction) -> bool:
    """Tell whether there is any workspace yet."""
    return await tx.scalar(select(workspaces.c.id).limit(1)) is not None


async def get_name(tx: Transaction, workspace_id: int) -> str:
    """Return the name of a workspace that exists."""
    query = select(workspaces.c.name).where(workspaces.c.id == workspace_id)
    name: str = (await tx.execute(query)).scalar_one()
    return name


async def has_name(tx: Transaction, name: str) -> bool:
    """Tell whether a workspace of this name exists."""
    found = await tx.scalar(select(workspaces.c.id).where(workspaces.c.name == name).limit(1))
    return found is not None


async def add(tx: Transaction, name: str, plan: str, owner_id: int, now: datetime) -> int:
    """Store a new workspace with its owner and return its id."""
    created = await tx.execute(
        insert(workspaces).values(name=name, plan=plan, created_at=now).returning(workspaces.c.id)
    )
    workspace_id: int = created.scalar_one()
    await tx.execute(
        insert(members).values(
            workspace_id=workspace_id, user_id=owner_id, role=Role.OWNER, created_at=now
        )
    )
    return workspace_id


async def find_or_add_user(tx: Transaction, email: str, now: datetime) -> int:
    """Return the id of the person with this address, stored now if unknown before."""
    known: int | None = await tx.scalar(select(users.c.id).where(users.c.email == email))
    if known is not None:
        return known
    created = await tx.execute(
        insert(users).values(email=email, created_at=now).returning(users.c.id)
    )
    user_id: int = created.scalar_one()
    return user_id


async def add_api_key(
    tx: Transaction,
    workspace_id: int,
    key: NewApiKey,
    *,
    name: str,
    role: Role,
    created_by: int,
    now: datetime,
) -> None:
    """Store a new API key; the secret itself is not kept."""
    await tx.execute(
        insert(api_keys).values(
            workspace_id=workspace_id,
            created_by=created_by,
            name=name,
            prefix=key.prefix,
            key_hash=key.hashed,
            role=role,
            created_at=now,
        )
    )


async def find_key(tx: Transaction, key_hash: str, now: datetime) -> Identity | None:
    """Return what the key with this hash stands for, None if unknown, revoked or expired."""
    row = (
        await tx.execute(
            select(api_keys.c.id, api_keys.c.workspace_id, api_keys.c.role, workspaces.c.plan)
            .join(workspaces, workspaces.c.id == api_keys.c.workspace_id)
            .where(
                api_keys.c.key_hash == key_hash,
                api_keys.c.revoked_at.is_(None),
                or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now),
            )
        )
    ).first()
    if row is None:
        return None
    return Identity(row.id, row.workspace_id, Role(row.role), row.plan)
