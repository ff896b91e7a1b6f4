"""The provider's word: fetched as OpenID Connect has it, and believed only if all is right."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from cronbeats.domain.authorization_request import new_authorization_request
from cronbeats.domain.errors import ProviderError
from cronbeats.domain.identity import Identity
from cronbeats.senders.oidc import OidcProvider
from tests.support.provider import CLIENT_ID, CLIENT_SECRET, Provider, client_of
from tests.support.turnable_clock import TurnableClock

NOT_RIGHT = "Keycloak gave an answer that is not right"
AWAY = "Keycloak cannot be reached right now"
CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture
def clock() -> TurnableClock:
    return TurnableClock()


@pytest.fixture
async def provider(clock: TurnableClock) -> AsyncIterator[Provider]:
    async with Provider(clock).running() as running:
        yield running


@pytest.fixture
async def asks(provider: Provider) -> AsyncIterator[OidcProvider]:
    async with client_of(provider) as made:
        yield made


async def identify(provider: Provider, asks: OidcProvider) -> Identity:
    """Send a browser to the provider, let the person sign in there, and ask who came back."""
    request = new_authorization_request(None)
    back = provider.let_in(await asks.authorization_url(request))
    return await asks.identify(request, back.partition("code=")[2].partition("&")[0])


async def trouble(provider: Provider, asks: OidcProvider) -> ProviderError:
    """Return what is told of somebody who is not let in, which gives nothing away."""
    with pytest.raises(ProviderError) as caught:
        await identify(provider, asks)
    told = f"{caught.value} {caught.value.reason}"
    for secret in (CLIENT_SECRET, "code-0", "access", "eyJ", provider.issuer):
        assert secret not in told
    return caught.value


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("RS256", RSAKey.generate_key(2048)), ("ES256", ECKey.generate_key("P-256"))],
)
async def test_somebody_is_told_by_name_and_address(
    provider: Provider, asks: OidcProvider, algorithm: str, key: Any
) -> None:
    provider.use(algorithm, key)
    assert await identify(provider, asks) == Identity(
        provider.issuer, "248289761001", "ada@example.com", is_email_verified=True, name="Ada"
    )


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post", "none"])
async def test_the_secret_is_shown_as_the_provider_wants_it(provider: Provider, way: str) -> None:
    provider.secret_in = way
    secret = "" if way == "none" else CLIENT_SECRET
    async with client_of(provider, secret=secret) as asks:
        assert (await identify(provider, asks)).subject == "248289761001"
    async with client_of(provider, secret="another") as asks:
        assert "401 to the code: invalid_client" in (await trouble(provider, asks)).reason


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "another"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [CLIENT_ID, "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"iss": "http://127.0.0.1/realm"}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": 10**11}, "iat"),
        ({"iat": None}, "iat"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 256}, "cannot be kept"),
        ({"sub": "ada\0"}, "cannot be kept"),
        ({"sub": "ada\n"}, "cannot be kept"),
    ],
)
async def test_a_token_that_is_not_for_this_request_is_refused(
    provider: Provider, asks: OidcProvider, claims: dict[str, Any], rule: str
) -> None:
    provider.claims = claims
    error = await trouble(provider, asks)
    assert (str(error), rule in error.reason) == (NOT_RIGHT, True), error.reason


async def test_a_token_for_several_that_names_us_as_its_party_is_good(
    provider: Provider, asks: OidcProvider
) -> None:
    provider.claims = {"aud": ["another", CLIENT_ID], "azp": CLIENT_ID}
    assert (await identify(provider, asks)).subject == "248289761001"


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_signed_with_no_key_of_the_provider_is_refused(
    provider: Provider, asks: OidcProvider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert str(await trouble(provider, asks)) == NOT_RIGHT


@pytest.mark.parametrize("kid", ["rsa", "unknown"])
async def test_a_token_signed_with_another_key_is_refused(
    provider: Provider, asks: OidcProvider, kid: str
) -> None:
    await identify(provider, asks)
    published = provider.keys["RS256"].as_dict(private=False)
    provider.answers["/keys"] = (200, {"keys": [published, {"kty": "odd"}, "odd"]})
    provider.use("RS256", RSAKey.generate_key(2048, {"kid": kid}))
    assert str(await trouble(provider, asks)) == NOT_RIGHT


async def test_what_is_no_token_is_refused(provider: Provider, asks: OidcProvider) -> None:
    for odd in ("x", "a.b.c", "e30.e30.", "eyJhbGciOiJSUzI1NiJ9.e30.AA", "ä.ö.ü"):
        provider.id_token = odd
        assert str(await trouble(provider, asks)) == NOT_RIGHT


async def test_new_keys_are_fetched_when_one_is_unknown_but_not_all_the_time(
    provider: Provider, asks: OidcProvider, clock: TurnableClock
) -> None:
    await identify(provider, asks)
    await identify(provider, asks)
    assert provider.asked == [CONFIGURATION, "/token", "/keys", "/token"]
    provider.use("ES256", ECKey.generate_key("P-256", {"kid": "new"}))
    assert str(await trouble(provider, asks)) == NOT_RIGHT
    assert provider.asked[4:] == ["/token"]
    clock.turn(31)
    await identify(provider, asks)
    assert provider.asked[5:] == ["/token", "/keys"]


async def test_an_address_may_be_told_beside_the_token(
    provider: Provider, asks: OidcProvider, clock: TurnableClock
) -> None:
    provider.claims = {"email": None, "email_verified": None}
    assert (await identify(provider, asks)).email == "ada@example.com"
    provider.answers["/userinfo"] = (200, {"sub": "somebody else", "email": "eve@example.com"})
    assert "somebody else" in (await trouble(provider, asks)).reason
    provider.published = {"userinfo_endpoint": f"{provider.issuer}/nowhere"}
    clock.turn(timedelta(hours=1).total_seconds())
    assert "404" in (await trouble(provider, asks)).reason


@pytest.mark.parametrize("said", [False, None, 1, "yes"])
async def test_an_address_counts_as_verified_only_if_that_is_said(
    provider: Provider, asks: OidcProvider, said: object
) -> None:
    provider.claims = {"email_verified": said}
    assert not (await identify(provider, asks)).is_email_verified


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (CONFIGURATION, (500, {})),
        (CONFIGURATION, (302, {})),
        (CONFIGURATION, (200, [])),
        (CONFIGURATION, (200, {"issuer": "http://127.0.0.1/another"})),
        ("/keys", (404, {})),
        ("/token", (302, {})),
        ("/token", (500, "<html>")),
        ("/token", (200, {"access_token": "access"})),
    ],
)
async def test_odd_answers_are_told_in_a_line(
    provider: Provider, asks: OidcProvider, path: str, answer: tuple[int, Any]
) -> None:
    provider.answers[path] = answer
    assert str(await trouble(provider, asks)) in {NOT_RIGHT, AWAY}


async def test_no_address_of_the_provider_is_less_protected_than_its_own(
    provider: Provider,
) -> None:
    for odd in ("ftp://127.0.0.1/token", "javascript:alert(1)", 7, None):
        provider.published = {"authorization_endpoint": odd}
        async with client_of(provider) as asks:
            error = await trouble(provider, asks)
            assert "lacks a usable authorization_endpoint" in error.reason


async def test_a_slash_at_the_end_of_the_setting_does_no_harm(provider: Provider) -> None:
    async with client_of(provider, issuer=f"{provider.issuer}/") as asks:
        assert (await identify(provider, asks)).issuer == provider.issuer


async def test_a_provider_that_hangs_or_is_gone_is_waited_for_in_vain(provider: Provider) -> None:
    provider.hangs = True
    async with client_of(provider, seconds=0.2) as asks:
        assert (await trouble(provider, asks)).reason == "No answer within 0.2 s."
    gone = Provider(provider.clock)
    async with client_of(gone) as asks:
        error = await trouble(gone, asks)
        assert (str(error), error.reason) == (AWAY, "No connection: connection refused.")


async def test_a_provider_that_falters_is_known_from_before(
    provider: Provider, asks: OidcProvider, clock: TurnableClock
) -> None:
    await identify(provider, asks)
    provider.answers[CONFIGURATION] = (500, {})
    clock.turn(timedelta(hours=1).total_seconds())
    assert (await identify(provider, asks)).subject == "248289761001"
