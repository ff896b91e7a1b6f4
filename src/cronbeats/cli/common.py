"""What the commands share: settings, the database, and how to fail with one clear line."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import typer

from cronbeats.domain.errors import CronBeatsError, InvalidValueError
from cronbeats.settings import SettingError, Settings, read_settings
from cronbeats.storage.database import Database, explain_bad_file, file_of

FAILURE = 1
WRONG_SETTING = 2


def fail(message: str, exit_code: int = FAILURE) -> NoReturn:
    """Print one line to stderr and exit."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(exit_code)


def load_settings(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings of the environment, with what the command line chose on top.

    Exits with one line that names the setting if one is wrong.
    """
    chosen = {f"CRONBEATS_{name.upper()}": str(value) for name, value in (overrides or {}).items()}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in chosen
    }
    try:
        settings = read_settings({**environment, **chosen})
        _check_database_url(settings)
    except SettingError as error:
        fail(str(error), WRONG_SETTING)
    return settings


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database, whose file need not exist yet; what goes wrong is one line and the end."""
    db = Database(settings.database_url)
    try:
        yield db
    except InvalidValueError as error:
        fail(" ".join(reason for reasons in error.errors.values() for reason in reasons))
    except CronBeatsError as error:
        fail(str(error))
    finally:
        await db.close()


def own_command() -> str:
    """Return how this program was called, to be pasted into the same directory's shell."""
    program = Path(sys.argv[0])
    if program.name != "cronbeats":
        return "cronbeats"
    try:
        program = program.absolute().relative_to(Path.cwd())
    except ValueError:
        return shlex.quote(str(program))
    # Without any slash, a shell would look for it elsewhere.
    return shlex.quote(str(program) if program.parent.name else f"./{program}")


def _check_database_url(settings: Settings) -> None:
    try:
        file = file_of(settings.database_url)
    except InvalidValueError as error:
        raise SettingError(f"CRONBEATS_DATABASE_URL {error.errors['DATABASE_URL'][0]}.") from None
    if file is None:
        return
    if settings.database_url == _default("database_url"):
        _make_directory(file.parent)
    if reason := explain_bad_file(file):
        raise SettingError(f"CRONBEATS_DATABASE_URL cannot be used: {reason}.")


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"CRONBEATS_DATABASE_URL cannot be used: the directory {directory} cannot be made "
            f"({error.strerror})."
        ) from None


def _default(name: str) -> Any:
    return next(field.default for field in fields(Settings) if field.name == name)
