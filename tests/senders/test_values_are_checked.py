import pytest

from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.registry import HttpClient
from tests.senders.examples import BOT_TOKEN, KINDS, config_of, sender_of

ORIGIN = "https://api.example"


@pytest.mark.parametrize("kind", KINDS)
def test_good_values_have_no_fault(kind: IntegrationKind) -> None:
    sender = sender_of(kind, HttpClient(), ORIGIN)

    assert sender.explain_bad(config_of(kind, ORIGIN)) == {}
    assert set(config_of(kind, ORIGIN)) == {field.name for field in sender.fields}


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_missing_or_empty_has_no_fault(kind: IntegrationKind) -> None:
    sender = sender_of(kind, HttpClient(), ORIGIN)

    assert sender.explain_bad({}) == {}
    assert sender.explain_bad({field.name: "" for field in sender.fields}) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_too_long_is_a_fault(kind: IntegrationKind) -> None:
    sender = sender_of(kind, HttpClient(), ORIGIN)

    for field in sender.fields:
        reasons = sender.explain_bad({field.name: "1" * (field.max_length + 1)})
        assert reasons == {field.name: [f"Must be at most {field.max_length} characters long."]}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (IntegrationKind.SLACK, "webhook_url"),
        (IntegrationKind.DISCORD, "webhook_url"),
        (IntegrationKind.WEBHOOK, "url"),
    ],
)
def test_a_url_must_be_usable(kind: IntegrationKind, field: str) -> None:
    sender = sender_of(kind, HttpClient(), ORIGIN)

    assert sender.explain_bad({field: "ftp://example.com"}) == {
        field: ["Must begin with https://."]
    }


@pytest.mark.parametrize("token", ["", BOT_TOKEN, "123456:ABC-def_1234ghIkl-zyx57W2v1u123ew11"])
def test_a_bot_token_is_digits_and_the_rest(token: str) -> None:
    sender = sender_of(IntegrationKind.TELEGRAM, HttpClient(), ORIGIN)

    assert sender.explain_bad({"bot_token": token}) == {}


@pytest.mark.parametrize("token", ["123456", "abc:def", "123:../../x", f"{BOT_TOKEN}\n", "1:é"])
def test_anything_else_is_no_bot_token(token: str) -> None:
    sender = sender_of(IntegrationKind.TELEGRAM, HttpClient(), ORIGIN)

    assert list(sender.explain_bad({"bot_token": token})) == ["bot_token"]


@pytest.mark.parametrize("chat", ["123456789", "-1001234567890", "@alerts"])
def test_a_chat_is_a_number_or_a_name(chat: str) -> None:
    sender = sender_of(IntegrationKind.TELEGRAM, HttpClient(), ORIGIN)

    assert sender.explain_bad({"chat_id": chat}) == {}


@pytest.mark.parametrize("chat", ["alerts", "@", "1 2", "-", "https://t.me/alerts"])
def test_anything_else_is_no_chat(chat: str) -> None:
    sender = sender_of(IntegrationKind.TELEGRAM, HttpClient(), ORIGIN)

    assert list(sender.explain_bad({"chat_id": chat})) == ["chat_id"]


def test_a_signing_secret_has_64_characters_at_most_and_no_line_breaks() -> None:
    sender = sender_of(IntegrationKind.WEBHOOK, HttpClient(), ORIGIN)

    assert sender.explain_bad({"secret": "s" * 64}) == {}
    assert list(sender.explain_bad({"secret": "s" * 65})) == ["secret"]
    assert list(sender.explain_bad({"secret": "one\ntwo"})) == ["secret"]
    assert list(sender.explain_bad({"secret": "\ud83d"})) == ["secret"]


def test_only_what_must_not_be_seen_is_a_secret() -> None:
    fields = {
        field.name: (field.is_secret, field.is_required)
        for kind in KINDS
        for field in sender_of(kind, HttpClient(), ORIGIN).fields
    }

    assert fields == {
        "webhook_url": (True, True),
        "bot_token": (True, True),
        "chat_id": (False, True),
        "url": (True, True),
        "secret": (True, False),
    }
