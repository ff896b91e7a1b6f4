"""Accounts: who somebody is, and what an address and a password may be."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST_EMAIL = 254
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

# Only a message can prove an address; this catches slips of the hand.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# The only character outside ASCII whose small letter is in it.
_KELVIN = "\N{KELVIN SIGN}"
# Those of ten characters and more that lead every list of passwords that became known. What is
# guessed is also bounded, so a longer list would help little.
_COMMONEST = frozenset(
    {
        "0123456789",
        "0987654321",
        "1111111111",
        "123123123123",
        "1234567890",
        "12345678910",
        "123456789a",
        "123qwe123qwe",
        "1q2w3e4r5t",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "administrator",
        "changeme123",
        "iloveyou123",
        "letmein123",
        "password01",
        "password12",
        "password123",
        "password1234",
        "passwordpassword",
        "q1w2e3r4t5",
        "qazwsxedcrfv",
        "qwertyuiop",
        "qwertyuiop123",
        "qwerty12345",
        "welcome123",
    }
)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with an account; without a password, a link to set one lets them in.

    `name` and `timezone` (as in Europe/Berlin) are None until they chose them. `linked_issuer` is
    the provider whose word lets them in, None if there is none.
    """

    id: int
    email: str
    name: str | None = None
    timezone: str | None = None
    has_password: bool = False
    has_second_factor: bool = False
    linked_issuer: str | None = None

    @property
    def shown_name(self) -> str:
        """What others call the person: the name, or else the address."""
        return self.name or self.email


def fold_email(text: str) -> str:
    """Return an address as it is kept and compared, whatever a person typed around it.

    No two addresses become one that mail tells apart: the Kelvin sign (U+212A) is no k.
    """
    return _KELVIN.join(part.lower() for part in text.strip().split(_KELVIN))


def explain_bad_email(email: str) -> list[str]:
    """Return what is wrong with a folded address; empty when all is well."""
    is_address = _EMAIL.fullmatch(email) and email.isprintable()
    if is_address and len(email) <= LONGEST_EMAIL:
        return []
    return ["Must be an e-mail address, such as you@example.com."]


def normalized(password: str) -> str:
    """Return a password as it is hashed, however a keyboard put its accents together.

    NIST SP 800-63B, 3.1.1.2, asks for such a form.
    """
    return unicodedata.normalize("NFC", password)


def explain_bad_password(password: str, email: str) -> list[str]:
    """Return what is wrong with the password that an account wants; empty when all is well."""
    password = normalized(password)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return [f"Must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters long."]
    folded = password.strip().casefold()
    if folded == email.casefold():
        return ["Must not be the e-mail address."]
    if folded in _COMMONEST or len(set(folded)) == 1:
        return ["Is among the first that anybody would guess; choose another one."]
    return []
