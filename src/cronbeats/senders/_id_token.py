"""ID tokens: what a provider signs about somebody (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

# Signed with a key that the provider publishes: never with none, nor with a secret that we share.
ALGORITHMS = ("RS256", "ES256")
# Clocks differ.
_LEEWAY_SECONDS = 60
_KINDS_OF_KEYS: dict[object, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}
# Whatever else a header holds means nothing to us.
_HEADERS = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class BadAnswerError(Exception):
    """An answer is not what it must be; the text says which rule it breaks, and quotes nothing."""


class UnknownKeyError(BadAnswerError):
    """The key that signed the token is not among those that are known; there may be newer ones."""


class PublicKeys:
    """The keys of a provider that can sign ID tokens; `document` is what it publishes of them."""

    def __init__(self, document: Mapping[str, object]) -> None:
        listed = document.get("keys")
        every = listed if isinstance(listed, list) else []
        self._keys = KeySet([key for each in every if (key := _public_key(each)) is not None])

    def claims(
        self, token: str, *, issuer: str, client_id: str, nonce: str, now: datetime
    ) -> Mapping[str, object]:
        """Return what a token claims that was made for us, for this nonce, and is valid at `now`.

        Raises UnknownKeyError and BadAnswerError.
        """
        try:
            claims = jwt.decode(token, self._keys, registry=_HEADERS).claims
            _rules(issuer, client_id, nonce, now).validate(claims)
        except InvalidKeyIdError:
            raise UnknownKeyError("no key of the provider signed the ID token") from None
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            reason = error.error if isinstance(error, JoseError) else type(error).__name__
            raise BadAnswerError(f"the ID token is not valid: {_told(error, reason)}") from None
        if claims.get("azp", client_id) != client_id or _is_for_many_without_party(claims):
            raise BadAnswerError("the ID token is not valid: azp")
        return claims


def _rules(issuer: str, client_id: str, nonce: str, now: datetime) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )


def _is_for_many_without_party(claims: Mapping[str, object]) -> bool:
    audience = claims.get("aud")
    return isinstance(audience, list) and len(audience) > 1 and "azp" not in claims


def _public_key(listed: object) -> RSAKey | ECKey | None:
    """Return a key for signatures, None for one of another kind, or that cannot be read."""
    if not isinstance(listed, dict) or listed.get("use", "sig") != "sig":
        return None
    kind = _KINDS_OF_KEYS.get(listed.get("kty"))
    try:
        return None if kind is None else kind.import_key(listed)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _told(error: Exception, reason: str) -> str:
    """Return the name of the rule, and of the claim where it is one."""
    claim = getattr(error, "claim", None)
    return f"{reason} ({claim})" if isinstance(claim, str) else reason
