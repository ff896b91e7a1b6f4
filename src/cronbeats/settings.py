"""Settings: read once from CRONBEATS_*, or from files named by CRONBEATS_*_FILE."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from sys import float_info
from typing import Any, TypeVar
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email

from cronbeats.domain.access import Role
from cronbeats.domain.duty import ALL_DUTIES, Duty
from cronbeats.domain.errors import CronBeatsError
from cronbeats.domain.identity import SignUp
from cronbeats.domain.line import LONGEST_NAME, explain_bad_name

_PREFIX = "CRONBEATS_"
_HIGHEST_PORT = 65535
_MOST_DAYS = 36_500
_LONGEST_HOLD_SECONDS = 300
_LONGEST_TIMEOUT_SECONDS = 20
_SENDER_NAME = "CronBeats"
_SHORTEST_SECRET_KEY = 32
_LONGEST_ISSUER = 255
_SIGN_UP_ROLES = (Role.VIEWER, Role.MEMBER, Role.ADMIN)
# What browsers send by themselves, or what means something else.
_NOT_OF_PROXIES = frozenset(
    {"accept", "authorization", "cookie", "forwarded", "from", "host", "origin", "referer"}
    | {"user-agent", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)
_LOG_LEVELS = ("debug", "info", "warning", "error")
_LOG_FORMATS = ("console", "json")
_Value = TypeVar("_Value")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An e-mail address in ASCII, and the name shown with it."""

    address: str
    name: str


class SettingError(CronBeatsError):
    """A setting is wrong; the text is one line that names it and never shows its value."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may choose.

    Each field is read from CRONBEATS_ and its name in capitals; lists are separated by commas.
    """

    database_url: str = "sqlite:///data/cronbeats.db"
    """Where the data lives: sqlite:///path/to/file.db or postgresql://user:password@host/name."""
    database_direct_url: str = field(default="", repr=False)
    """The same database without a pooler on the way, if the address above leads through one."""
    secret_key: tuple[str, ...] = field(default=(), repr=False)
    """Keys that secrets are encrypted with at rest: the first encrypts, all decrypt."""
    public_url: str = ""
    """The address for jobs and people, as in https://beats.example.com; HOST:PORT by default."""
    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 8000
    """The port to listen on."""
    only: frozenset[Duty] = ALL_DUTIES
    """What this process does of ping, api, web and workers, if others do the rest."""
    log_level: str = "info"
    """debug, info, warning or error."""
    log_format: str = "console"
    """console for people, json for machines."""
    allow_private_targets: tuple[Network, ...] = ()
    """Private networks that alerts may reach, as in 10.0.0.0/8,127.0.0.1/32; none by default."""
    allow_http_targets: bool = False
    """Whether alerts may be sent to http:// addresses, too."""
    ping_rate_per_second: float = 5.0
    """Pings a second that one job may send for long (bursts of 60 are fine); 0 means no limit."""
    ping_body_limit: int = 10_000
    """Bytes of a ping's body that are kept."""
    storm_above: int = 3
    """Alerts of a kind at once that people get one by one; more are told in one message."""
    storm_hold_seconds: float = 5.0
    """How long many alerts at once are gathered before people are told of them in one message."""
    history_per_job: int = 1000
    """Signals, runs, incidents and alerts of each job that are kept; older ones are deleted."""
    alert_history_days: int = 90
    """Days for which an alert that was sent, or given up, is kept."""
    audit_log_days: int = 365
    """Days for which the audit log remembers who did what."""
    metrics_token: str = field(default="", repr=False)
    """What Prometheus shows to read /metrics; without it there is no such page."""
    trusted_proxies: tuple[Network, ...] = ()
    """Networks of proxies whose X-Forwarded-For is believed."""
    allow_apprise: bool = False
    """Whether alerts may leave through Apprise, whose URLs reach any address; see the docs."""
    telegram_api_url: str = "https://api.telegram.org"
    """The Telegram Bot API to use; your own server's address, if you run one."""
    smtp_host: str = ""
    """The mail server through which e-mail leaves; without it there is none."""
    smtp_port: int | None = None
    """Its port; by default 587, 465 or 25, depending on how the connection is protected."""
    smtp_security: str = "starttls"
    """starttls, tls (from the first byte) or none."""
    smtp_username: str = ""
    """The user name, if the mail server wants one."""
    smtp_password: str = field(default="", repr=False)
    """The password that belongs to it."""
    smtp_from: MailAddress | None = None
    """The address that e-mail comes from, which somebody reads: alerts@example.com."""
    smtp_timeout_seconds: float = 10.0
    """Seconds that the mail server may take for one answer, 20 at most."""
    oidc_issuer: str = ""
    """The OpenID Connect provider through which people may sign in, as it calls itself."""
    oidc_client_id: str = ""
    """By which the provider knows this server."""
    oidc_client_secret: str = field(default="", repr=False)
    """What proves to the provider that it is this server, if it wants that."""
    oidc_name: str = "single sign-on"
    """What people call the provider: the button says "Sign in with" it."""
    oidc_sign_up: SignUp | None = None
    """Where people join whom nobody invited, and as what: 1:viewer. They are not let in without."""
    password_sign_in: bool = True
    """Whether passwords let people in; without, it takes a provider or a proxy that names them."""
    proxy_auth_header: str = ""
    """The header in which the trusted proxies name who is there, by address: X-Forwarded-Email."""
    proxy_sign_out_url: str = ""
    """Where people sign out whom a proxy names."""
    development: bool = False
    """Whether there are pages for whoever works on CronBeats itself: /design."""

    @property
    def base_url(self) -> str:
        """The address that jobs and people use, without a slash at its end."""
        return self.public_url.rstrip("/") or self.own_url

    @property
    def own_url(self) -> str:
        """The address that this server listens on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that `environment` holds. Raises SettingError for a wrong one."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        name = _PREFIX + each.name.upper()
        text = _text(environment, name)
        if text is not None:
            values[each.name] = _parse(name, text, _READERS.get(each.name, str))
    return Settings(**values)


def require_fitting(settings: Settings) -> None:
    """Raise SettingError if settings that are right each for itself make no sense together."""
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise SettingError(
            "CRONBEATS_OIDC_ISSUER and CRONBEATS_OIDC_CLIENT_ID belong together; set both or none."
        )
    if settings.proxy_auth_header:
        _require_proxies(settings.trusted_proxies)
    if not (settings.password_sign_in or settings.oidc_issuer or settings.proxy_auth_header):
        raise SettingError(
            "CRONBEATS_PASSWORD_SIGN_IN is false, so nobody could sign in: set "
            "CRONBEATS_OIDC_ISSUER or CRONBEATS_PROXY_AUTH_HEADER, too."
        )


def unknown_settings(environment: Mapping[str, str]) -> list[str]:
    """Return the names that look like settings but are none; probably slips of the hand."""
    names = {_PREFIX + each.name.upper() for each in fields(Settings)}
    known = names | {name + "_FILE" for name in names}
    return sorted(name for name in environment if name.startswith(_PREFIX) and name not in known)


def read_secret_keys(text: str) -> tuple[str, ...]:
    """Return the keys in a text, separated by commas or spaces; the first is the one to use.

    Raises ValueError.
    """
    keys = tuple(dict.fromkeys(text.replace(",", " ").split()))
    if not keys or any(len(key) < _SHORTEST_SECRET_KEY for key in keys):
        raise ValueError(
            f"must be one or more keys of at least {_SHORTEST_SECRET_KEY} characters each, "
            "separated by commas"
        )
    return keys


def _token(text: str) -> str:
    if not re.fullmatch(r"[!-~]{32,}", text):
        raise ValueError("must be at least 32 letters, digits and signs, without spaces")
    return text


def _require_proxies(trusted: tuple[Network, ...]) -> None:
    if not trusted:
        raise SettingError(
            "CRONBEATS_PROXY_AUTH_HEADER needs CRONBEATS_TRUSTED_PROXIES: without them, anybody "
            "could send that header."
        )
    if any(network.prefixlen == 0 for network in trusted):
        raise SettingError(
            "CRONBEATS_PROXY_AUTH_HEADER needs CRONBEATS_TRUSTED_PROXIES to name the proxies: "
            "everybody is in a network that ends with /0, and could send that header."
        )


def _text(environment: Mapping[str, str], name: str) -> str | None:
    direct, file = environment.get(name, "").strip(), environment.get(name + "_FILE")
    if direct and file:
        raise SettingError(f"{name} and {name}_FILE are both set; set one of them.")
    if not file:
        return direct or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise SettingError(f"{name}_FILE names a file that cannot be read.") from None


def _parse(name: str, text: str, read: Callable[[str], _Value]) -> _Value:
    try:
        return read(text)
    except ValueError as error:
        raise SettingError(f"{name} {error}.") from None


def _whole(words: str, lowest: int, highest: float = inf) -> Callable[[str], int]:
    """Return a reader of whole numbers within bounds; `words` end the sentence that says so."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number{words}")
        return int(text)

    return read


def _seconds(lowest: float, highest: float) -> Callable[[str], float]:
    return _number(f" of seconds from {lowest} to {highest}", lowest, highest)


def _number(words: str, lowest: float, highest: float) -> Callable[[str], float]:
    """Return a reader of numbers within bounds; `words` end the sentence that says so."""

    def read(text: str) -> float:
        rule = f"must be a number{words}"
        try:
            number = float(text)
        except ValueError:
            raise ValueError(rule) from None
        if not lowest <= number <= highest:
            raise ValueError(rule)
        return number

    return read


def _mail_address(text: str) -> MailAddress:
    try:
        valid = validate_email(
            text,
            allow_display_name=True,
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
        )
    except EmailNotValidError:
        raise ValueError("must be an e-mail address such as alerts@example.com") from None
    name = valid.display_name or _SENDER_NAME
    return MailAddress(valid.ascii_email or valid.normalized, name)


def _boolean(text: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in words:
        raise ValueError("must be true or false")
    return words[text.lower()]


def _networks(text: str) -> tuple[Network, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(ipaddress.ip_network(part) for part in parts)
    except ValueError:
        raise ValueError(
            "must be networks separated by commas, as in 10.0.0.0/8,192.168.1.7/32"
        ) from None


def _url(text: str) -> str:
    rule = "must be an address such as https://beats.example.com"
    try:
        parts = urlsplit(text)
        has_port_in_range = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(rule) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or not has_port_in_range:
        raise ValueError(rule)
    has_space = any(character.isspace() for character in text)
    if has_space or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(rule)
    return text


def _issuer(text: str) -> str:
    if len(text) > _LONGEST_ISSUER:
        raise ValueError(f"must be at most {_LONGEST_ISSUER} characters long")
    return _url(text)


def _line(text: str) -> str:
    if explain_bad_name(text):
        raise ValueError(f"must be at most {LONGEST_NAME} printable characters")
    return text


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,60}", text) or text.lower() in _NOT_OF_PROXIES:
        raise ValueError("must be the name of a header that only proxies send: X-Forwarded-Email")
    return text.lower()


def _link(text: str) -> str:
    # It may hold where to come back to.
    _url(text.partition("?")[0])
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be an address such as https://auth.example.com/logout")
    return text


def _sign_up(text: str) -> SignUp:
    workspace_id, _, role = text.lower().partition(":")
    if not re.fullmatch(r"[1-9][0-9]{0,17}", workspace_id) or role not in _SIGN_UP_ROLES:
        raise ValueError(
            "must be a workspace's id and one of the roles viewer, member and admin, as in 1:viewer"
        )
    return SignUp(int(workspace_id), Role(role))


def _duties(text: str) -> frozenset[Duty]:
    try:
        return frozenset(Duty(word.strip().lower()) for word in text.split(","))
    except ValueError:
        words = ", ".join(Duty)
        raise ValueError(f"must be one or more of {words}, separated by commas") from None


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text.lower()

    return read


_PORT = _whole(f" from 1 to {_HIGHEST_PORT}", 1, _HIGHEST_PORT)
_COUNT = _whole(", 1 or more", 1)
_READERS: dict[str, Callable[[str], Any]] = {
    "secret_key": read_secret_keys,
    "public_url": _url,
    "port": _PORT,
    "only": _duties,
    "log_level": _one_of(*_LOG_LEVELS),
    "log_format": _one_of(*_LOG_FORMATS),
    "allow_private_targets": _networks,
    "allow_http_targets": _boolean,
    "ping_rate_per_second": _number(", 0 or more", 0, float_info.max),
    "ping_body_limit": _whole(" of bytes, 0 or more", 0),
    "storm_above": _COUNT,
    "storm_hold_seconds": _seconds(0, _LONGEST_HOLD_SECONDS),
    "history_per_job": _COUNT,
    "alert_history_days": _whole(f" of days from 1 to {_MOST_DAYS}", 1, _MOST_DAYS),
    "audit_log_days": _whole(f" of days from 1 to {_MOST_DAYS}", 1, _MOST_DAYS),
    "metrics_token": _token,
    "trusted_proxies": _networks,
    "allow_apprise": _boolean,
    "telegram_api_url": _url,
    "smtp_port": _PORT,
    "smtp_security": _one_of("starttls", "tls", "none"),
    "smtp_from": _mail_address,
    "oidc_issuer": _issuer,
    "oidc_name": _line,
    "oidc_sign_up": _sign_up,
    "password_sign_in": _boolean,
    "proxy_auth_header": _header,
    "proxy_sign_out_url": _link,
    "smtp_timeout_seconds": _seconds(1, _LONGEST_TIMEOUT_SECONDS),
    "development": _boolean,
}
