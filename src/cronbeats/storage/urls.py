"""Where a database lives: its URL, read strictly, with the driver that we use."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from cronbeats.domain.errors import InvalidValueError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_RULE = "must look like sqlite:///path/to/file.db or postgresql://user:password@host/name"
# By the names that PostgreSQL's own tools have for them, the names that the driver has.
_POSTGRESQL_OPTIONS = {"host": "host", "port": "port", "ssl": "ssl", "sslmode": "ssl"}
# Of several servers we want the one that takes writes in any case, whether it is asked for or not.
_WANTED_SERVER = {"target_session_attrs": ("read-write", "primary")}
_USUAL_PORT = "5432"
_HOST_AND_PORT = re.compile(r"[^:]+:[0-9]{1,5}")
# As PostgreSQL's own tools write several servers: user:password@a:5432,b:5432/name?options
_SEVERAL_SERVERS = re.compile(
    r"(?P<start>postgres\w*(?:\+\w+)?://(?:[^/?#]*@)?)(?P<servers>[^/?#@]*,[^/?#@]*)"
    r"(?P<name>/[^?#]*)?(?:\?(?P<options>.*))?"
)


def parse_url(text_url: str) -> URL:
    """Return a database URL with the driver that we use.

    Several servers of PostgreSQL are written as `a:5432,b:5432`, or as options `host=a:5432`.
    Raises InvalidValueError for anything but SQLite and PostgreSQL; the words never repeat the URL,
    as it may hold a password.
    """
    try:
        url = make_url(_with_servers_as_options(text_url))
    except (ArgumentError, ValueError):
        raise InvalidValueError({"DATABASE_URL": [_RULE]}) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise InvalidValueError({"DATABASE_URL": [_RULE]})
    url = url.set(drivername=driver)
    if url.get_backend_name() == "sqlite":
        if not _names_a_file(url):
            raise InvalidValueError({"DATABASE_URL": [_RULE]})
        return url
    return _with_options_of_driver(url)


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an embedded database, None when a server holds the data."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database)


def _with_servers_as_options(text_url: str) -> str:
    several = _SEVERAL_SERVERS.fullmatch(text_url)
    if several is None:
        return text_url
    servers = [_with_port(server) for server in several["servers"].split(",")]
    options = "&".join([*(f"host={each}" for each in servers), several["options"] or ""])
    return f"{several['start']}{several['name'] or '/'}?{options.rstrip('&')}"


def _with_port(server: str) -> str:
    return server if ":" in server else f"{server}:{_USUAL_PORT}"


def _names_a_file(url: URL) -> bool:
    name = url.database or ""
    return name not in {"", ":memory:"} and "\0" not in name and not url.query


def _with_options_of_driver(url: URL) -> URL:
    wanted = {name: url.query[name] for name in _WANTED_SERVER if name in url.query}
    if any(value not in _WANTED_SERVER[name] for name, value in wanted.items()):
        words = "must not ask for a server that takes no writes (target_session_attrs)"
        raise InvalidValueError({"DATABASE_URL": [words]})
    options = {name: value for name, value in url.query.items() if name not in wanted}
    if unknown := sorted(options.keys() - _POSTGRESQL_OPTIONS.keys()):
        words = f"has an option that is not known: {', '.join(unknown)}"
        raise InvalidValueError({"DATABASE_URL": [words]})
    hosts = options.get("host", "")
    is_one = isinstance(hosts, str)
    if not is_one and not all(_HOST_AND_PORT.fullmatch(host) for host in hosts):
        words = "must name each of several servers with its port, as in a:5432,b:5432"
        raise InvalidValueError({"DATABASE_URL": [words]})
    return url.set(query={_POSTGRESQL_OPTIONS[name]: value for name, value in options.items()})
