import json
import logging
from collections.abc import Callable

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.delivery import Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders._poster import ANSWER_BYTES
from cronbeats.senders._scrub import scrub, secrets_in
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import HOOK_PATH, KINDS, SECRETS, alert, config_of, sender_of
from tests.senders.receiver import Receiver, closed_port, hang


def assert_no_secret_in(*texts: str) -> None:
    for text in texts:
        assert [secret for secret in SECRETS if secret.lower() in text.lower()] == []


ECHOES: list[Callable[[str], str]] = [
    lambda told: f"Cannot POST {told}",
    lambda told: f"Cannot POST {told}".upper(),
    lambda told: json.dumps({"ok": False, "description": told, "message": told}),
    lambda told: json.dumps({"description": told, "message": told}).replace("/", "\\/"),
    lambda told: told.replace("/", "%2F").replace(":", "%3A"),
    lambda told: "n" * (ANSWER_BYTES - len(told) // 2) + told,
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_answer_that_repeats_them_is_scrubbed(
    receiver: Receiver,
    http: HttpClient,
    kind: IntegrationKind,
    echo: Callable[[str], str],
    status: int,
) -> None:
    config = config_of(kind, receiver.origin)

    async def repeat(request: web.Request) -> web.StreamResponse:
        told = " ".join([request.raw_path, *config.values(), str(request.url)])
        return web.Response(status=status, text=echo(told))

    receiver.respond = repeat

    delivery = await sender_of(kind, http, receiver.origin).send(config, alert())

    assert_no_secret_in(str(delivery), repr(delivery))


@pytest.mark.parametrize("kind", KINDS)
async def test_no_error_of_the_network_names_them(
    receiver: Receiver,
    impatient_http: HttpClient,
    guarded_http: HttpClient,
    kind: IntegrationKind,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.respond = hang
    secure = receiver.origin.replace("http:", "https:")
    attempts = [
        (impatient_http, receiver.origin),
        (impatient_http, secure),
        (impatient_http, f"http://127.0.0.1:{closed_port()}"),
        (guarded_http, receiver.origin),
        (guarded_http, "http://127.0.0.1:99999"),
        (guarded_http, "http://bad_host[]"),
        (guarded_http, f"http://{'a' * 70}.example"),
    ]

    for http, origin in attempts:
        delivery = await sender_of(kind, http, origin).send(config_of(kind, origin), alert())

        assert isinstance(delivery, Unreachable | Refused)
        assert_no_secret_in(str(delivery), repr(delivery))
    assert_no_secret_in(caplog.text)


@pytest.mark.parametrize("kind", KINDS)
def test_reasons_do_not_repeat_them(guarded_http: HttpClient, kind: IntegrationKind) -> None:
    broken = {name: f"{value} \n" for name, value in config_of(kind, "ftp://host").items()}

    reasons = sender_of(kind, guarded_http, "https://api.example").explain_bad(broken)

    assert reasons
    assert_no_secret_in(str(reasons))


def test_plain_words_of_an_answer_stay_readable() -> None:
    secrets = secrets_in("https://n8n.example/webhook/6f9c2e?key=s3cret")

    said = scrub('The requested webhook "6F9C2E" is not registered: s3cret', secrets)

    assert said == 'The requested webhook "…" is not registered: …'


def test_half_a_secret_at_a_cut_is_dropped() -> None:
    secrets = ("0123456789abcdef",)

    assert "0123" not in scrub("n" * 100 + "0123456789abc", secrets, is_cut=True)


@given(
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=60),
)
def test_a_secret_is_found_wherever_it_stands(before: str, after: str, secret: str) -> None:
    said = scrub(f"{before}{HOOK_PATH}{secret}{after}", [secret, HOOK_PATH])

    assert HOOK_PATH not in said
    assert said.count(secret) == before.count(secret) + after.count(secret) or secret not in said
