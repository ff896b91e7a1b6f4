"""Mail invitations: the link of one goes to the address for which it is."""

from __future__ import annotations

import structlog

from cronbeats.domain.delivery import Delivered
from cronbeats.domain.membership import Invitation
from cronbeats.domain.words import local
from cronbeats.senders.protocol import Letter, Postman
from cronbeats.storage import invitations
from cronbeats.storage.database import Database

_log = structlog.get_logger()


async def send_invitation(
    db: Database, postman: Postman, invitation: Invitation, link: str
) -> None:
    """Send the link of an invitation to its address, and note whether the mail server took it.

    Without an address, nothing. What fails is logged, without the link and without the address.
    Raises UnavailableError if it cannot be noted.
    """
    if invitation.email is None:
        return
    delivery = await postman.post(_letter(invitation, invitation.email, link))
    is_mailed = isinstance(delivery, Delivered)
    if not isinstance(delivery, Delivered):
        # A server's complaint might repeat what it was given.
        error = delivery.error.replace(link.rpartition("/")[2], "…")
        _log.error("invitation_not_sent", invitation_id=invitation.id, error=error)
    async with db.write() as tx:
        await invitations.note_mailed(tx, invitation.id, is_mailed=is_mailed)


def _letter(invitation: Invitation, email: str, link: str) -> Letter:
    workspace = invitation.workspace_name
    # Nobody knows the time zone of somebody who may have no account yet.
    until = local(invitation.expires_at.replace(second=0, microsecond=0), "UTC")
    return Letter(
        to=email,
        subject=f"Join {workspace} on CronBeats",
        text=(
            f"{invitation.created_by or 'Somebody'} invites you to a workspace on CronBeats.\n\n"
            f"Workspace: {workspace}\n"
            f"Your role: {invitation.role}\n\n"
            f"Follow this link to join. It works once, until {until}, and only for {email}:\n\n"
            f"{link}\n\n"
            "If you do not know who invites you, do not follow it.\n"
        ),
    )
