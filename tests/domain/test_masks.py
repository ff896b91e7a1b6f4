import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.mask import mask_secret, mask_url


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("", "…"),
        ("short", "…"),
        ("12-chars-abc", "…-abc"),
        ("123456789:AAbbCCddEEffGGhhIIjjKKllMMnnab3f", "1234…ab3f"),
    ],
)
def test_a_secret_is_recognised_by_its_ends(secret: str, shown: str) -> None:
    assert mask_secret(secret) == shown


@given(st.text())
def test_a_mask_never_shows_more_than_a_third(secret: str) -> None:
    assert len(mask_secret(secret)) - 1 <= len(secret) / 3


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://hooks.slack.com/services/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",
            "https://hooks.slack.com/services/T0…/…ab3f",
        ),
        (
            "https://discord.com/api/webhooks/123456789012345678/abcdefghijklmnopqrstuvwxyz",
            "https://discord.com/api/we…/…wxyz",
        ),
        ("https://example.com", "https://example.com"),
        ("https://example.com:8443/", "https://example.com:8443"),
        ("https://example.com/alerts", "https://example.com/…"),
        ("https://example.com/hooks/x1y2", "https://example.com/hooks/…"),
        ("https://example.com/0123456789abcdefghijklmn", "https://example.com/0123…klmn"),
        ("https://example.com/s3cret/a/b", "https://example.com/…/…/…"),
        ("https://user:pass@example.com/hook?token=x", "https://example.com/…?…"),
        ("https://[2606::1]:8443/a", "https://[2606::1]:8443/…"),
        ("not a url", "…"),
        ("https://[::1", "…"),
        ("", "…"),
    ],
)
def test_a_url_is_recognised_by_its_host_and_ends(url: str, shown: str) -> None:
    assert mask_url(url) == shown


@given(st.text())
def test_any_text_can_be_masked_as_a_url(text: str) -> None:
    assert mask_url(text)
    assert mask_url(f"https://host/{text}")
