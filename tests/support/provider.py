"""An OpenID Connect provider on this machine: it signs real tokens, and misbehaves when told to."""

import asyncio
import hashlib
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from joserfc.jws import JWSRegistry

from cronbeats.clock import system_clock
from cronbeats.senders._json_http import JsonClient
from cronbeats.senders.oidc import OidcProvider, OidcSettings
from tests.support.machine import free_port

CLIENT_ID = "cronbeats"
CLIENT_SECRET = "s3cr3t:of the+client"
CALLBACK = "http://cronbeats.test/sign-in/oidc/callback"
_KEY = RSAKey.generate_key(2048, {"kid": "rsa"})
_ANY_ALGORITHM = JWSRegistry(algorithms=["RS256", "ES256", "HS256", "none"])


class Provider:
    """Knows one `person`, who is signed in there; browsers come back to `callback`.

    Tests change what it publishes, claims, signs with and answers. `answers` holds a status and a
    body for a path, instead of the usual ones; with `hangs`, nothing is answered until the end.
    """

    def __init__(self, clock: Callable[[], datetime], callback: str = CALLBACK) -> None:
        self.clock = clock
        self.callback = callback
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}/realm"
        self.person: dict[str, Any] = {
            "sub": "248289761001",
            "email": "Ada@Example.com",
            "email_verified": True,
            "name": "Ada",
        }
        self.keys: dict[str, Any] = {"RS256": _KEY}
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.id_token: str | None = None
        self.published: dict[str, Any] = {}
        self.secret_in = "client_secret_basic"
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []
        self.hangs = False
        self._over = asyncio.Event()
        self._codes: dict[str, dict[str, str]] = {}

    def use(self, algorithm: str, key: Any) -> None:
        """Sign with another key from now on; the one before is published no more."""
        key.ensure_kid()
        self.algorithm, self.keys = algorithm, {algorithm: key}

    def let_in(self, url: str) -> str:
        """Let the person sign in at a URL, and return with what the browser is sent back."""
        asked = {name: value for name, [value] in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.issuer}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == self.callback
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return f"{self.callback}?{urlencode({'code': code, 'state': asked['state']})}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Provider"]:
        """Answer while the block runs."""
        app = web.Application()
        app.router.add_route("*", "/realm/{what:.*}", self._answer)
        server = TestServer(app, port=self.port)
        await server.start_server()
        try:
            yield self
        finally:
            self._over.set()
            await server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/realm")
        self.asked.append(path)
        if self.hangs:
            await self._over.wait()
        if path in self.answers:
            status, body = self.answers[path]
            return web.json_response(body, status=status, headers={"Location": "/realm/keys"})
        form = {name: str(value) for name, value in (await request.post()).items()}
        match path:
            case "/.well-known/openid-configuration":
                return web.json_response(self._configuration() | self.published)
            case "/authorize":
                raise web.HTTPFound(self.let_in(str(request.url)))
            case "/keys":
                return web.json_response(KeySet([*self.keys.values()]).as_dict(private=False))
            case "/token":
                return self._redeem(form, request.headers.get("Authorization", ""))
            case "/userinfo" if request.headers.get("Authorization") == "Bearer access":
                return web.json_response(self.person)
        return web.json_response({}, status=404)

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": [self.secret_in],
        }

    def _redeem(self, form: dict[str, str], authorization: str) -> web.Response:
        asked = self._codes.pop(form.get("code", ""), None)
        if not self._knows(form, authorization):
            return web.json_response({"error": "invalid_client"}, status=401)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = (
            asked is not None
            and form["grant_type"] == "authorization_code"
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if asked is None or not is_right:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = self.id_token or self._sign(asked["nonce"])
        return web.json_response({"access_token": "access", "id_token": token})

    def _knows(self, form: dict[str, str], authorization: str) -> bool:
        if self.secret_in == "none":
            return form["client_id"] == CLIENT_ID and "client_secret" not in form
        if self.secret_in == "client_secret_post":
            return (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        kind, _, encoded = authorization.partition(" ")
        pair = b64decode(encoded).decode().split(":")
        return kind == "Basic" and [unquote_plus(each) for each in pair] == [
            CLIENT_ID,
            CLIENT_SECRET,
        ]

    def _sign(self, nonce: str) -> str:
        now = int(self.clock().timestamp())
        usual = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            **self.person,
        }
        claims = {k: v for k, v in (usual | self.claims).items() if v is not None}
        key = self.keys.get(self.algorithm) or OctKey.import_key(CLIENT_SECRET)
        header = {"alg": self.algorithm, "kid": str(key.kid or "rsa")}
        return jwt.encode(header, claims, key, registry=_ANY_ALGORITHM)


@asynccontextmanager
async def client_of(
    provider: Provider, *, secret: str = CLIENT_SECRET, seconds: float = 5, issuer: str = ""
) -> AsyncIterator[OidcProvider]:
    """Give what asks a provider, by the provider's clock; each answer may take so many seconds."""
    http = JsonClient(total_timeout_seconds=seconds)
    settings = OidcSettings(issuer or provider.issuer, CLIENT_ID, CALLBACK, "Keycloak", secret)
    yield OidcProvider(settings, http, provider.clock)
    await http.close()


@contextmanager
def running_provider(callback: str) -> Iterator[Provider]:
    """Run a provider by the clock of this machine, in a thread, while the block runs."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    provider = Provider(system_clock, callback)
    running = provider.running()
    do(running.__aenter__())
    try:
        yield provider
    finally:
        do(running.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
