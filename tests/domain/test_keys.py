"""Job keys and API keys: their shape, their making, their hash."""

from __future__ import annotations

import hashlib
import re

import pytest

from cronbeats.domain.keys import hash_api_key, is_job_key, new_api_key, new_job_key


def test_a_new_job_key_is_8_base62_characters() -> None:
    assert re.fullmatch(r"[0-9A-Za-z]{8}", new_job_key())


def test_new_job_keys_use_the_whole_alphabet_and_do_not_repeat() -> None:
    keys = {new_job_key() for _ in range(1000)}

    assert len(keys) == 1000
    assert len(set("".join(keys))) == 62


def test_a_job_key_is_never_the_word_progress() -> None:
    chance = iter("progress" + "progress" + "aB3dE6gH")

    assert new_job_key(lambda _: next(chance)) == "aB3dE6gH"


@pytest.mark.parametrize("text", ["abcdEFG1", "00000000", "zzzzZZZZ"])
def test_8_base62_characters_have_the_shape_of_a_job_key(text: str) -> None:
    assert is_job_key(text)


@pytest.mark.parametrize(
    "text",
    ["", "abcdEFG", "abcdEFG12", "abcd-FG1", "abcdEFG1\n", " abcdEFG", "äbcdEFG1", "../../et"],
)
def test_anything_else_does_not(text: str) -> None:
    assert not is_job_key(text)


def test_a_new_api_key_is_a_prefix_and_40_base62_characters() -> None:
    key = new_api_key()

    assert re.fullmatch(r"cb_[0-9A-Za-z]{40}", key.secret)
    assert new_api_key().secret != key.secret


def test_an_api_key_is_kept_as_its_beginning_and_its_hash_only() -> None:
    key = new_api_key()

    assert key.secret.startswith(key.prefix)
    assert len(key.prefix) == len("cb_") + 5
    assert key.hashed == hashlib.sha256(key.secret.encode()).hexdigest()
    assert key.secret not in key.hashed


def test_an_api_key_is_found_again_by_its_hash() -> None:
    key = new_api_key()

    assert hash_api_key(key.secret) == key.hashed
    assert hash_api_key(key.secret.swapcase()) != key.hashed


@pytest.mark.parametrize("sent", ["", "cb_\ud83d", "ключ", "\0"])
def test_any_text_somebody_sends_has_a_hash(sent: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", hash_api_key(sent))
