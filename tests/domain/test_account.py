"""What an address and a password may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.account import (
    User,
    explain_bad_email,
    explain_bad_password,
    fold_email,
    normalized,
)

LENGTH = "Must be 10 to 256 characters long."
OBVIOUS = "Is among the first that anybody would guess; choose another one."


def test_an_address_is_kept_without_what_was_typed_around_it() -> None:
    assert fold_email("  Ada@Example.COM\n") == "ada@example.com"


@given(
    st.text()
    | st.sampled_from(["a\N{KELVIN SIGN}b@x.test", "\u0130@x.test", "\uff21\uff22@x.test"])
)
def test_what_is_not_ascii_never_becomes_an_address_that_is(text: str) -> None:
    folded = fold_email(text)
    assert folded.isascii() == text.strip().isascii()
    assert fold_email(folded) == folded


@pytest.mark.parametrize("email", ["ada@example.com", "a@b", "ädä@bücher.example"])
def test_an_address_is_taken_in_any_script(email: str) -> None:
    assert explain_bad_email(email) == []


@pytest.mark.parametrize(
    "email", ["", "ada", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\0", "a@\ud800", f"{'a' * 253}@b"]
)
def test_what_cannot_be_an_address_is_refused(email: str) -> None:
    assert explain_bad_email(email) == ["Must be an e-mail address, such as you@example.com."]


@pytest.mark.parametrize(
    "password", ["x7!kPq2zLm", "ein Satz mit Wörtern", "🐴🔋🖇✅🐴🔋🖇✅🐴🔋", "ab" * 128]
)
def test_a_password_may_be_anything_that_is_long_enough(password: str) -> None:
    assert explain_bad_password(password, "ada@example.com") == []


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", LENGTH),
        ("x7!kPq2zL", LENGTH),
        ("ab" * 128 + "c", LENGTH),
        ("Ada@Example.com", "Must not be the e-mail address."),
        ("Password123", OBVIOUS),
        ("qwertyuiop", OBVIOUS),
        (" 1234567890 ", OBVIOUS),
        ("aaaaaaaaaaaaaaaa", OBVIOUS),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, reason: str) -> None:
    assert explain_bad_password(password, "ada@example.com") == [reason]


def test_a_password_is_the_same_however_its_accents_were_typed() -> None:
    assert normalized("pa\u0308sswo\u0308rter") == normalized("p\u00e4ssw\u00f6rter")
    # Ten characters typed, nine seen.
    assert explain_bad_password("a\u0308bcdefghi", "a@b") == [LENGTH]


def test_a_person_is_called_by_name_and_else_by_address() -> None:
    assert User(1, "ada@example.com").shown_name == "ada@example.com"
    assert User(1, "ada@example.com", "Ada").shown_name == "Ada"
