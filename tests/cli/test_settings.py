"""Settings: each is read from its variable or from a file, and a wrong one is one clear line."""

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.duty import Duty
from cronbeats.domain.identity import SignUp
from cronbeats.settings import (
    MailAddress,
    SettingError,
    Settings,
    read_settings,
    require_fitting,
    unknown_settings,
)

PRIVATE = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.168.1.7/32"))

ISSUER = "https://id.example.com"
KEY, OTHER_KEY = "k" * 32, "o" * 64

# What each may be: the text, and what it means.
GOOD: dict[str, tuple[str, Any]] = {
    "database_url": ("postgresql://ada:pw@db/beats", "postgresql://ada:pw@db/beats"),
    "database_direct_url": ("postgresql://ada@db/beats", "postgresql://ada@db/beats"),
    "secret_key": (f"{KEY}, {OTHER_KEY} {KEY}", (KEY, OTHER_KEY)),
    "public_url": ("https://beats.example.com/", "https://beats.example.com/"),
    "host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - read, not listened on
    "port": ("8080", 8080),
    "only": ("Ping, web", frozenset({Duty.PING, Duty.WEB})),
    "log_level": ("WARNING", "warning"),
    "log_format": ("json", "json"),
    "allow_private_targets": ("10.0.0.0/8, fd00::/8,192.168.1.7", PRIVATE),
    "allow_http_targets": ("Yes", True),
    "ping_rate_per_second": ("2.5", 2.5),
    "ping_body_limit": ("100000", 100_000),
    "storm_above": ("10", 10),
    "storm_hold_seconds": ("7.5", 7.5),
    "history_per_job": ("50", 50),
    "alert_history_days": ("30", 30),
    "audit_log_days": ("30", 30),
    "metrics_token": (KEY, KEY),
    "trusted_proxies": ("10.0.0.0/8,fd00::/8,192.168.1.7/32,", PRIVATE),
    "allow_apprise": ("true", True),
    "telegram_api_url": ("http://localhost:8081", "http://localhost:8081"),
    "smtp_host": ("mail.example.com", "mail.example.com"),
    "smtp_port": ("2525", 2525),
    "smtp_security": ("TLS", "tls"),
    "smtp_username": ("ada", "ada"),
    "smtp_password": ("hunter2 hunter2", "hunter2 hunter2"),
    "smtp_from": ("Beats <beats@example.com>", MailAddress("beats@example.com", "Beats")),
    "smtp_timeout_seconds": ("2.5", 2.5),
    "oidc_issuer": ("https://id.example.com/realm/", "https://id.example.com/realm/"),
    "oidc_client_id": ("cronbeats", "cronbeats"),
    "oidc_client_secret": ("hunter2", "hunter2"),
    "oidc_name": ("Keycloak", "Keycloak"),
    "oidc_sign_up": ("12:Viewer", SignUp(12, Role.VIEWER)),
    "password_sign_in": ("false", False),
    "proxy_auth_header": ("X-Forwarded-Email", "x-forwarded-email"),
    "proxy_sign_out_url": ("https://a.example.com/out?rd=x", "https://a.example.com/out?rd=x"),
    "development": ("true", True),
}

TOKEN = "must be at least 32 letters, digits and signs, without spaces"
KEYS = "must be one or more keys of at least 32 characters each, separated by commas"
DUTIES = "must be one or more of ping, api, web, workers, separated by commas"
PORT = "must be a whole number from 1 to 65535"
RATE = "must be a number, 0 or more"
SIZE = "must be a whole number of bytes, 0 or more"
DAYS = "must be a whole number of days from 1 to 36500"
HOLD = "must be a number of seconds from 0 to 300"
COUNT = "must be a whole number, 1 or more"
NETWORKS = "must be networks separated by commas, as in 10.0.0.0/8,192.168.1.7/32"
ADDRESS = "must be an address such as https://beats.example.com"
MAIL = "must be an e-mail address such as alerts@example.com"
SIGN_UP = "must be a workspace's id and one of the roles viewer, member and admin, as in 1:viewer"
HEADER = "must be the name of a header that only proxies send: X-Forwarded-Email"
SECONDS = "must be a number of seconds from 1 to 20"
# These may be any text.
FREE = {
    "database_url",
    "database_direct_url",
    "host",
    "smtp_host",
    "smtp_username",
    "smtp_password",
    "oidc_client_id",
    "oidc_client_secret",
}
# What each must be, and texts that are not.
WRONG: dict[str, tuple[str, list[str]]] = {
    "secret_key": (KEYS, [KEY[1:], f"{KEY},short", ",", "hunter2"]),
    "port": (PORT, ["0", "65536", "-1", "80.0", "http", "٣", "1e3", "0x50", "9" * 30]),
    "only": (DUTIES, ["pings", "ping;web", ",", "ping,", "all"]),
    "log_level": ("must be one of debug, info, warning, error", ["loud", "warn", "5"]),
    "log_format": ("must be one of console, json", ["xml"]),
    "allow_private_targets": (NETWORKS, ["10.0.0.0/33", "10.0.0.1/8", "localhost", "10.0.0.0/8;x"]),
    "allow_http_targets": ("must be true or false", ["maybe", "2", "on"]),
    "ping_rate_per_second": (RATE, ["-1", "nan", "inf", "five", "1,5"]),
    "ping_body_limit": (SIZE, ["-1", "1.5", "10k", "٣"]),
    "storm_above": (COUNT, ["0", "-5", "many", "1.5"]),
    "storm_hold_seconds": (HOLD, ["-1", "301", "nan", "inf", "five"]),
    "alert_history_days": (DAYS, ["0", "-5", "many", "1.5", "36501", "9" * 30]),
    "audit_log_days": (DAYS, ["0", "-5", "many", "1.5", "36501", "9" * 30]),
    "history_per_job": (COUNT, ["0", "-5", "many", "1.5"]),
    "metrics_token": (TOKEN, ["hunter2", f"{KEY} {KEY}", "é" * 32]),
    "trusted_proxies": (NETWORKS, ["proxy.example.com", "10.0.0.0/-1"]),
    "public_url": (ADDRESS, ["beats.example.com", "ftp://x", "https://", "https://x:99999"]),
    "allow_apprise": ("must be true or false", ["maybe"]),
    "telegram_api_url": (ADDRESS, ["//x", "https://x?y", "https://x#y", "https://u:hunter2@x"]),
    "smtp_port": (PORT, ["0", "smtp"]),
    "smtp_security": ("must be one of starttls, tls, none", ["ssl", "true"]),
    "smtp_from": (MAIL, ["beats", "@example.com", "a@b@c", "ä@example.com", "Beats <beats>"]),
    "smtp_timeout_seconds": (SECONDS, ["0", "21", "nan", "inf", "ten"]),
    "oidc_issuer": (ADDRESS, ["id.example.com", "https://x?y", "https://u:hunter2@x"]),
    "oidc_name": ("must be at most 200 printable characters", ["x" * 201, "a\nb"]),
    "oidc_sign_up": (
        SIGN_UP,
        ["viewer", "0:viewer", "1:owner", "1:", "one:viewer", "1", "-1:viewer"],
    ),
    "password_sign_in": ("must be true or false", ["off"]),
    "proxy_auth_header": (
        HEADER,
        ["Remote_User", "X-Email:", "Cookie", "X-Forwarded-For", "x" * 61],
    ),
    "proxy_sign_out_url": (ADDRESS, ["/oauth2/sign_out", "javascript:alert(1)"]),
    "development": ("must be true or false", ["on", "dev"]),
}


def read(**settings: str) -> Settings:
    return read_settings({f"CRONBEATS_{name.upper()}": text for name, text in settings.items()})


def complaint(environment: dict[str, str]) -> str:
    with pytest.raises(SettingError) as caught:
        read_settings(environment)
    return str(caught.value)


def test_every_setting_is_tried_here() -> None:
    assert set(GOOD) == {field.name for field in fields(Settings)}
    assert set(WRONG) == set(GOOD) - FREE


def test_without_any_variable_the_defaults_hold() -> None:
    assert read_settings({}) == Settings()
    assert read_settings({"PORT": "1", "cronbeats_port": "2"}) == Settings()


@pytest.mark.parametrize("name", GOOD)
def test_a_setting_is_read_from_its_variable(name: str) -> None:
    text, value = GOOD[name]
    assert read(**{name: text}) == Settings(**{name: value})
    assert read(**{name: f" {text}\n"}) == Settings(**{name: value})


@pytest.mark.parametrize("name", GOOD)
def test_a_setting_is_read_from_the_file_that_its_variable_names(name: str, tmp_path: Path) -> None:
    text, value = GOOD[name]
    file = tmp_path / "setting"
    file.write_text(f"{text}\n")
    assert read(**{f"{name}_file": str(file)}) == Settings(**{name: value})


@pytest.mark.parametrize("name", GOOD)
def test_an_empty_variable_is_as_good_as_none(name: str, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text(" \n")
    for environment in (
        {name: ""},
        {name: " "},
        {f"{name}_file": ""},
        {f"{name}_file": str(empty)},
    ):
        assert read(**environment) == Settings(), environment
    text, value = GOOD[name]
    assert read(**{name: text, f"{name}_file": ""}) == Settings(**{name: value})


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_is_one_line_that_names_the_variable(name: str, tmp_path: Path) -> None:
    rule, texts = WRONG[name]
    variable = f"CRONBEATS_{name.upper()}"
    file = tmp_path / "setting"
    for text in texts:
        expected = f"{variable} {rule}."
        assert complaint({variable: text}) == expected, text
        file.write_text(text)
        assert complaint({f"{variable}_FILE": str(file)}) == expected, text


@pytest.mark.parametrize("name", GOOD)
def test_both_forms_at_once_are_refused(name: str, tmp_path: Path) -> None:
    variable = f"CRONBEATS_{name.upper()}"
    both = {variable: GOOD[name][0], f"{variable}_FILE": str(tmp_path)}
    expected = f"{variable} and {variable}_FILE are both set; set one of them."
    assert complaint(both) == expected


def test_a_file_that_cannot_be_read_is_named_by_its_variable_alone(tmp_path: Path) -> None:
    no_text = tmp_path / "no-text"
    no_text.write_bytes(b"\xff\xfe\xfd")
    for path in (tmp_path / "missing", tmp_path, no_text / "beneath", no_text):
        told = complaint({"CRONBEATS_DATABASE_URL_FILE": str(path)})
        assert told == "CRONBEATS_DATABASE_URL_FILE names a file that cannot be read."


def test_names_that_are_no_settings_are_listed() -> None:
    known = ["CRONBEATS_PORT", "CRONBEATS_PORT_FILE", "PORT"]
    unknown = ["CRONBEATS_PROT", "CRONBEATS_port", "CRONBEATS_", "CRONBEATS_PORT_FILE_FILE"]
    environment = dict.fromkeys([*known, *unknown], "x")
    assert unknown_settings(environment) == sorted(unknown)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "::1", "port": "9000"}, "http://[::1]:9000"),
        ({"public_url": "https://beats.example.com"}, "https://beats.example.com"),
        ({"public_url": "https://example.com/beats//"}, "https://example.com/beats"),
    ],
)
def test_the_address_for_jobs_has_no_slash_at_its_end(settings: dict[str, str], url: str) -> None:
    assert read(**settings).base_url == url


def test_the_address_of_the_server_itself_is_known_behind_a_proxy_too() -> None:
    settings = read(public_url="https://beats.example.com", host="::1", port="9000")
    assert settings.own_url == "http://[::1]:9000"


@pytest.mark.parametrize(
    "text", ["https://exa mple.com", "https://example.com/a b", "https://a\nb"]
)
def test_an_address_has_no_spaces_in_it(text: str) -> None:
    assert complaint({"CRONBEATS_PUBLIC_URL": text}) == f"CRONBEATS_PUBLIC_URL {ADDRESS}."


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"oidc_issuer": ISSUER}, "belong together; set both or none"),
        ({"oidc_client_id": "cronbeats"}, "belong together; set both or none"),
        ({"proxy_auth_header": "Remote-Email"}, "without them, anybody could send that header"),
        (
            {"proxy_auth_header": "Remote-Email", "trusted_proxies": "::/0"},
            "could send that header",
        ),
        ({"password_sign_in": "false"}, "so nobody could sign in"),
    ],
)
def test_what_makes_no_sense_together_is_told(settings: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingError, match=complaint):
        require_fitting(read(**settings))


def test_what_makes_sense_together_is_taken() -> None:
    by_provider = {"oidc_issuer": ISSUER, "oidc_client_id": "cronbeats"}
    by_proxy = {"proxy_auth_header": "Remote-Email", "trusted_proxies": "10.0.0.1"}
    for settings in ({}, by_provider, by_proxy, {**by_proxy, **by_provider}):
        require_fitting(read(**settings))
        if settings:
            require_fitting(read(**settings, password_sign_in="false"))
