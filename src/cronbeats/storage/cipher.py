"""Secrets at rest: sealed with a key that the database does not hold."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cronbeats.domain.errors import NoSecretKeyError, UnreadableSecretError

# The form of what is sealed, should there ever be another one.
_FORM = "cb1"
_KEY_BYTES = 32
_KEY_NAME_BYTES = 4
# What NIST SP 800-38D recommends for GCM: random ones do for 2^32 texts under one key.
_NONCE_BYTES = 12


class Cipher:
    """Seals and opens texts with AES-256-GCM under keys that are derived from secret keys.

    The first key seals, all of them open, so that keys can be rotated. What is sealed for one
    `owner` cannot be opened for another: a row's secrets are of no use in another row.
    """

    def __init__(self, secret_keys: Sequence[str] = ()) -> None:
        self._keys = [_key(secret) for secret in secret_keys]

    def seal(self, text: str, owner: str) -> str:
        """Return `text` so that only a holder of the first key can read it, and only for `owner`.

        Raises NoSecretKeyError if there is no key.
        """
        if not self._keys:
            raise NoSecretKeyError("There is no secret key to encrypt with")
        key, nonce = self._keys[0], os.urandom(_NONCE_BYTES)
        sealed = nonce + key.aes.encrypt(nonce, text.encode(), owner.encode())
        return f"{_FORM}.{key.name}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, owner: str) -> str:
        """Return the text that was sealed for `owner`.

        Raises UnreadableSecretError if no key is the right one, or it is not what was sealed.
        """
        form, _, rest = sealed.partition(".")
        name, _, encoded = rest.partition(".")
        try:
            whole = base64.b64decode(encoded.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise UnreadableSecretError from None
        for key in self._keys:
            if (form, name) == (_FORM, key.name):
                return _open(key, whole, owner)
        raise UnreadableSecretError

    def is_current(self, sealed: str) -> bool:
        """Tell whether the first key sealed this."""
        return bool(self._keys) and sealed.startswith(f"{_FORM}.{self._keys[0].name}.")


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    aes: AESGCM


def _key(secret: str) -> _Key:
    # The name tells keys apart and gives nothing of them away.
    name = _derive(secret, b"cronbeats: name of a key", _KEY_NAME_BYTES).hex()
    return _Key(name, AESGCM(_derive(secret, b"cronbeats: secrets at rest", _KEY_BYTES)))


def _derive(secret: str, purpose: bytes, length: int) -> bytes:
    """Derive bytes as RFC 5869 has it; a secret key is random, so a quick way does."""
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(secret.encode())


def _open(key: _Key, whole: bytes, owner: str) -> str:
    nonce, sealed = whole[:_NONCE_BYTES], whole[_NONCE_BYTES:]
    try:
        return key.aes.decrypt(nonce, sealed, owner.encode()).decode()
    except (InvalidTag, ValueError):
        raise UnreadableSecretError from None
