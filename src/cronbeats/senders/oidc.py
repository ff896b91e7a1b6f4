"""Asks an OpenID Connect provider who somebody is: authorization code flow with PKCE."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus, urlencode, urlsplit

from cronbeats.domain.account import fold_email
from cronbeats.domain.authorization_request import AuthorizationRequest
from cronbeats.domain.errors import ProviderError
from cronbeats.domain.identity import LONGEST_SUBJECT, Identity
from cronbeats.senders._id_token import BadAnswerError, UnknownKeyError
from cronbeats.senders._json_http import JsonAnswer, JsonClient, NoAnswerError
from cronbeats.senders._provider import BadProviderError, Endpoints, ProviderDocuments
from cronbeats.senders.protocol import Clock

_SCOPE = "openid email profile"
# What RFC 6749 calls errors: names, never values.
_ERROR = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider and what it knows us by.

    `name` is what people call it. Browsers come back to `redirect_uri`, with which the provider
    must have been told to be content.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    name: str
    client_secret: str = field(default="", repr=False)


class OidcProvider:
    """One provider, asked through a client that may reach any address."""

    def __init__(self, settings: OidcSettings, http: JsonClient, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._documents = ProviderDocuments(http, settings.issuer)

    @property
    def name(self) -> str:
        return self._settings.name

    @property
    def issuer(self) -> str:
        return self._settings.issuer

    async def authorization_url(self, request: AuthorizationRequest) -> str:
        try:
            endpoint = (await self._documents.endpoints(self._clock())).authorization
        except (NoAnswerError, BadProviderError) as error:
            raise self._unreachable(error) from None
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self._settings.client_id,
                "redirect_uri": self._settings.redirect_uri,
                "scope": _SCOPE,
                "state": request.state,
                "nonce": request.nonce,
                "code_challenge": request.challenge,
                "code_challenge_method": "S256",
            }
        )
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{query}"

    async def identify(self, request: AuthorizationRequest, code: str) -> Identity:
        try:
            endpoints = await self._documents.endpoints(self._clock())
            answer = await self._redeem(endpoints, request, code)
            claims = await self._check(endpoints, _text(answer.values, "id_token"), request.nonce)
            if "email" not in claims and endpoints.user_info is not None:
                claims = {**await self._ask(endpoints.user_info, answer, claims), **claims}
            return self._identity(endpoints.issuer, claims)
        except (NoAnswerError, BadProviderError) as error:
            raise self._unreachable(error) from None
        except BadAnswerError as error:
            text = f"{self.name} gave an answer that is not right"
            raise ProviderError(text, str(error)) from None

    async def _redeem(
        self, endpoints: Endpoints, request: AuthorizationRequest, code: str
    ) -> JsonAnswer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": request.verifier,
        }
        headers: dict[str, str] = {}
        client_id, secret = self._settings.client_id, self._settings.client_secret
        if secret and endpoints.takes_basic:
            # Both parts are encoded as in a form (RFC 6749, 2.3.1).
            pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client_id} | ({"client_secret": secret} if secret else {})
        answer = await self._http.post(endpoints.token, form, headers=headers)
        if not answer.is_ok:
            said = _error_in(answer.values)
            raise BadAnswerError(f"it answered {answer.status} to the code{said}")
        return answer

    async def _check(self, endpoints: Endpoints, token: str, nonce: str) -> Mapping[str, object]:
        """Return the claims of an ID token, if need be with keys that are newer than those known.

        Raises BadAnswerError, BadProviderError and NoAnswerError.
        """
        now, issuer, client_id = self._clock(), endpoints.issuer, self._settings.client_id
        keys = await self._documents.keys(now)
        try:
            return keys.claims(token, issuer=issuer, client_id=client_id, nonce=nonce, now=now)
        except UnknownKeyError:
            keys = await self._documents.keys(now, newer=True)
        return keys.claims(token, issuer=issuer, client_id=client_id, nonce=nonce, now=now)

    async def _ask(
        self, address: str, answer: JsonAnswer, claims: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Return what the provider tells of somebody beside the ID token, if it is the same one."""
        headers = {"Authorization": f"Bearer {_text(answer.values, 'access_token')}"}
        told = await self._http.get(address, headers=headers)
        if not told.is_ok:
            raise BadAnswerError(f"it answered {told.status} when asked who it is")
        if told.values.get("sub") != claims.get("sub"):
            raise BadAnswerError("it told of somebody else than the ID token")
        return told.values

    def _identity(self, issuer: str, claims: Mapping[str, object]) -> Identity:
        subject = _text(claims, "sub")
        if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise BadAnswerError("its name for somebody cannot be kept: too long, or not printable")
        email, name = claims.get("email"), claims.get("name")
        return Identity(
            issuer=issuer,
            subject=subject,
            email=fold_email(email) if isinstance(email, str) else "",
            # Some send a word for it.
            is_email_verified=claims.get("email_verified") is True
            or claims.get("email_verified") == "true",
            name=name if isinstance(name, str) else None,
        )

    def _unreachable(self, error: NoAnswerError | BadProviderError) -> ProviderError:
        text = f"{self.name} cannot be reached right now"
        return ProviderError(text, str(error))


def _text(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise BadAnswerError(f"its answer lacks {name}")
    return value


def _error_in(values: Mapping[str, object]) -> str:
    """Return the name of the error that an answer tells, as in `: invalid_grant`."""
    error = values.get("error")
    return f": {error}" if isinstance(error, str) and _ERROR.fullmatch(error) else ""
