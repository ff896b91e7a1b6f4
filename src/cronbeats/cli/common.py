"""What the commands share: settings, the database, and how to fail with one clear line."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, NoReturn

import orjson
import typer

from cronbeats.domain.errors import CronBeatsError, InvalidValueError
from cronbeats.settings import SettingError, Settings, read_settings, require_fitting
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database, explain_bad_file, file_of
from cronbeats.storage.migrate import is_migrated

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
        require_fitting(settings)
        _check_database_url(settings)
    except SettingError as error:
        fail(str(error), WRONG_SETTING)
    return settings


@asynccontextmanager
async def open_database(
    settings: Settings, cipher: Cipher | None = None
) -> AsyncIterator[Database]:
    """Open the database, whose file need not exist yet; what goes wrong is one line and the end.

    Without a cipher, secrets of integrations can neither be read nor stored.
    """
    db = Database(
        settings.database_url, cipher=cipher, direct_url=settings.database_direct_url or None
    )
    try:
        yield db
    except CronBeatsError as error:
        fail(str(error))
    finally:
        await db.close()


@asynccontextmanager
async def open_ready_database(
    settings: Settings, cipher: Cipher | None = None
) -> AsyncIterator[Database]:
    """Open a database that is there and up to date; otherwise say in one line what to do first."""
    file = file_of(settings.database_url)
    if file is not None and not file.exists():
        fail(f"there is no database at {file} yet; make one with: {own_command()} init")
    async with open_database(settings, cipher) as db:
        if not await is_migrated(db):
            fail(f"the database is not up to date; run: {own_command()} migrate")
        yield db


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads, each column as wide as its longest text."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def print_json(value: Any) -> None:
    """Print one line of JSON; moments are in UTC."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_UTC_Z).decode())


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
    file = _file_of("CRONBEATS_DATABASE_URL", settings.database_url)
    direct_url = settings.database_direct_url
    if direct_url and (file or _file_of("CRONBEATS_DATABASE_DIRECT_URL", direct_url)):
        raise SettingError("CRONBEATS_DATABASE_DIRECT_URL is for PostgreSQL only.")
    if file is None:
        return
    if settings.database_url == _default("database_url"):
        _make_directory(file.parent)
    if reason := explain_bad_file(file):
        raise SettingError(f"CRONBEATS_DATABASE_URL cannot be used: {reason}.")


def _file_of(name: str, url: str) -> Path | None:
    try:
        return file_of(url)
    except InvalidValueError as error:
        raise SettingError(f"{name} {error.errors['DATABASE_URL'][0]}.") from None


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
