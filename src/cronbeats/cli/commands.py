"""All commands of `cronbeats`."""

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

app = typer.Typer(
    help="CronBeats watches cron jobs and tells people when one fails or falls silent.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _command in (serve, init, migrate, version):
    app.command()(_command)
app.command("audit-log")(audit_log)
app.add_typer(keys, name="keys")
app.add_typer(secrets, name="secrets")
app.add_typer(users, name="users")
app.add_typer(workspace, name="workspace")
