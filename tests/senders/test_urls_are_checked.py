import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.senders._urls import explain_bad_url


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/services/T0/B0/x",
        "https://example.com",
        "https://example.com:8443/a?b=c&d=%20",
        "https://[2606:4700:4700::1111]:8443/",
        "https://bücher.example/ä",
        "HTTPS://EXAMPLE.COM/",
    ],
)
def test_a_usable_url_has_no_fault(url: str) -> None:
    assert explain_bad_url(url) == []


HTTP_IS_OFF = (
    "Must begin with https://. Whoever runs this server can allow http:// with "
    "CRONBEATS_ALLOW_HTTP_TARGETS."
)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", HTTP_IS_OFF),
        ("ftp://example.com/", "Must begin with https://."),
        ("example.com/hook", "Must begin with https://."),
        ("https:///hook", "Must have a host name."),
        ("https://:443/hook", "Must have a host name."),
        ("https://exa\\mple.com/", "Must have a valid host name."),
        ("https://[v1.a]/", "Must have a valid host name."),
        ("https://[::1", "Must be a valid URL."),
        ("https://user:pass@example.com/", "Must not contain a user name or a password."),
        ("https://example.com/ hook", "Must not contain spaces or control characters."),
        ("https://example.com/hook\n", "Must not contain spaces or control characters."),
        ("https://example.com/\x00", "Must not contain spaces or control characters."),
        ("https://example.com/\u202e", "Must not contain spaces or control characters."),
        ("https://example.com:0/", "Must have a port from 1 to 65535, or none."),
        ("https://example.com:65536/", "Must have a port from 1 to 65535, or none."),
        ("https://example.com:x/", "Must have a port from 1 to 65535, or none."),
        ("https://example.com/#part", "Must not contain a part after #."),
        ("https://example.com/" + "a" * 2000, "Must be at most 2000 characters long."),
    ],
)
def test_a_fault_is_told(url: str, reason: str) -> None:
    assert reason in explain_bad_url(url)


def test_http_is_usable_where_the_operator_allows_it() -> None:
    assert explain_bad_url("http://example.com/", allow_http=True) == []
    assert explain_bad_url("ftp://example.com/", allow_http=True) == [
        "Must begin with https:// or http://."
    ]


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert all(reason.endswith(".") for reason in explain_bad_url(text, allow_http=True))
    assert all(reason.endswith(".") for reason in explain_bad_url(f"https://{text}"))
