"""The key that secrets are encrypted with: from the settings, or a file beside the database."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from cronbeats.cli.common import own_command
from cronbeats.domain.errors import CronBeatsError
from cronbeats.settings import SettingError, Settings, read_secret_keys
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import file_of

_KEY_BYTES = 32


def cipher_for(settings: Settings) -> Cipher:
    """Return what this server's secrets are sealed with.

    An embedded database has a key file beside it, made now if there are no keys in the settings;
    its key still opens when there are. Raises SettingError if a database that servers may share
    has no key, and CronBeatsError if the file cannot be used.
    """
    database_file = file_of(settings.database_url)
    if database_file is None:
        if not settings.secret_key:
            raise SettingError(_missing())
        return Cipher(settings.secret_key)
    file = key_file_of(database_file)
    if not settings.secret_key:
        make_key_file(file)
    keys = dict.fromkeys((*settings.secret_key, *_keys_in(file)))
    return Cipher(tuple(keys))


def new_secret_key() -> str:
    """Return a random key: 64 characters, 256 bits."""
    return secrets.token_hex(_KEY_BYTES)


def key_file_of(database_file: Path) -> Path:
    """Return where the key of an embedded database is kept."""
    file = database_file.resolve()
    return file.with_name(file.name + ".key")


def make_key_file(file: Path) -> None:
    """Make a key file that only its owner may read, unless there is one; whole, or not at all.

    Any number of processes may do so at once: one key is made. Raises CronBeatsError.
    """
    if file.exists():
        return
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(descriptor, "w", encoding="ascii") as opened:  # noqa: PTH123 - a descriptor
                opened.write(f"{new_secret_key()}\n")
                opened.flush()
                os.fsync(opened.fileno())
            # Unlike a move, this never replaces the key of somebody who was faster.
            with suppress(FileExistsError):
                file.hardlink_to(draft)
        finally:
            draft.unlink()
        _sync(file.parent)
    except OSError as error:
        raise CronBeatsError(
            f"the key file {file} cannot be made ({error.strerror}); "
            "set CRONBEATS_SECRET_KEY instead"
        ) from None


def _keys_in(file: Path) -> tuple[str, ...]:
    try:
        return read_secret_keys(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CronBeatsError(f"the key file {file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise CronBeatsError(
            f"the key file {file} holds no secret key; give it back from a backup, or remove it "
            "to begin with a new key, which cannot read what was stored before"
        ) from None


def _sync(directory: Path) -> None:
    """Make sure that a new name in a directory survives a power cut, before it is relied on."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _missing() -> str:
    return (
        "CRONBEATS_SECRET_KEY must be set with PostgreSQL: integrations' secrets are encrypted "
        f"with it, and all servers need the same. Make one with: {own_command()} secrets new"
    )
