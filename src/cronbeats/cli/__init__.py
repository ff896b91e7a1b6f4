"""The door at which operators knock: the command `cronbeats`."""

from __future__ import annotations

import typer

from cronbeats.cli.audit_log import audit_log
from cronbeats.cli.init import init
from cronbeats.cli.keys import keys
from cronbeats.cli.migrate import migrate
from cronbeats.cli.secrets import secrets
from cronbeats.cli.serve import serve
from cronbeats.cli.users import users
from cronbeats.cli.version import version
from cronbeats.cli.workspace import workspace

_app = typer.Typer(
    help="CronBeats watches cron jobs and tells people when one fails or falls silent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in (serve, init, migrate, version):
    _app.command()(_command)
_app.command("audit-log")(audit_log)
_app.add_typer(keys, name="keys")
_app.add_typer(secrets, name="secrets")
_app.add_typer(users, name="users")
_app.add_typer(workspace, name="workspace")


def main() -> None:
    """Run the command line."""
    _app()
