"""Passwords as they are kept: hashed with Argon2id, which costs a guesser time and memory."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cronbeats.domain.account import LONGEST_PASSWORD, normalized

# Each takes the memory of its cost.
_MOST_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class HashCosts:
    """What one hash costs: passes over so many KiB of memory, in so many lanes.

    By default what RFC 9106 recommends where memory is scarce.
    """

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


class PasswordHashes:
    """Makes and checks hashes, two at a time and in threads, so that nobody else waits for them."""

    def __init__(self, costs: HashCosts | None = None) -> None:
        costs = costs or HashCosts()
        self._hasher = PasswordHasher(costs.passes, costs.memory_kib, costs.lanes)
        self._threads = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="password-hashes")
        self._nobodys = ""

    async def make(self, password: str) -> str:
        """Return what is kept of a password."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._make, password)

    async def check(self, password: str, known: str | None) -> bool:
        """Tell whether a password is the one of which `known` was kept.

        Where there is none, it is no password's, and that takes as long to find out.
        """
        if len(normalized(password)) > LONGEST_PASSWORD:
            known = None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._check, password, known)

    def is_outdated(self, known: str) -> bool:
        """Tell whether it was made at other costs than those of today."""
        return self._hasher.check_needs_rehash(known)

    def _make(self, password: str) -> str:
        return self._hasher.hash(_encoded(password))

    def _check(self, password: str, known: str | None) -> bool:
        # Made by the first check of all: else the first without a password would take longer.
        nobodys = self._hash_of_nobody()
        try:
            self._hasher.verify(known or nobodys, _encoded(password))
        except (VerificationError, InvalidHashError):
            return False
        return known is not None

    def _hash_of_nobody(self) -> str:
        self._nobodys = self._nobodys or self._hasher.hash(b"nobody")
        return self._nobodys


def _encoded(password: str) -> bytes:
    return normalized(password).encode("utf-8", "surrogatepass")
