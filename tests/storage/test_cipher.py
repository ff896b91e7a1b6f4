"""What is sealed can be read with its key and for its owner, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.errors import NoSecretKeyError, UnreadableSecretError
from cronbeats.storage.cipher import Cipher

OLD, NEW = "old-" * 8, "new-" * 8
OWNER = "integration slack of workspace 1"
SECRET = "https://hooks.slack.com/services/T0/B0/hunter2"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_is_opened_again(text: str) -> None:
    cipher = Cipher([NEW])
    assert cipher.open(cipher.seal(text, OWNER), OWNER) == text


def test_what_is_sealed_shows_neither_the_text_nor_the_key_and_is_never_the_same() -> None:
    sealed = [Cipher([NEW]).seal(SECRET, OWNER) for _ in range(100)]
    assert len(set(sealed)) == 100
    for each in sealed:
        assert "hunter2" not in each
        assert NEW not in each


def test_it_cannot_be_opened_for_another_owner() -> None:
    cipher = Cipher([NEW])
    sealed = cipher.seal(SECRET, OWNER)
    for owner in ("integration slack of workspace 11", "integration discord of workspace 1", ""):
        with pytest.raises(UnreadableSecretError):
            cipher.open(sealed, owner)


def test_every_key_opens_and_the_first_one_seals() -> None:
    before, between, after = Cipher([OLD]), Cipher([NEW, OLD]), Cipher([NEW])
    old = before.seal(SECRET, OWNER)
    assert between.open(old, OWNER) == SECRET
    assert not between.is_current(old)
    new = between.seal(between.open(old, OWNER), OWNER)
    assert between.is_current(new)
    assert after.open(new, OWNER) == SECRET
    for cipher, sealed in ((after, old), (before, new), (Cipher(), new)):
        assert not cipher.is_current(sealed)
        with pytest.raises(UnreadableSecretError):
            cipher.open(sealed, OWNER)


def test_whatever_was_changed_is_not_opened() -> None:
    cipher = Cipher([NEW])
    sealed = cipher.seal(SECRET, OWNER)
    for position, character in enumerate(sealed):
        other = "B" if character == "A" else "A"
        if sealed[position + 1 :].strip("=") == "":
            continue  # The last character of Base64 has bits that mean nothing.
        with pytest.raises(UnreadableSecretError):
            cipher.open(sealed[:position] + other + sealed[position + 1 :], OWNER)


@given(st.text())
def test_what_was_never_sealed_is_unreadable_and_no_crash(text: str) -> None:
    cipher = Cipher([NEW])
    name = cipher.seal("", OWNER).split(".")[1]
    for sealed in (text, f"cb1.{name}.{text}", f"cb1.{text}", f"cb1.{name}."):
        with pytest.raises(UnreadableSecretError):
            cipher.open(sealed, OWNER)


def test_without_a_key_nothing_is_sealed() -> None:
    with pytest.raises(NoSecretKeyError):
        Cipher().seal(SECRET, OWNER)
