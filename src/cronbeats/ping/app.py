"""The ping door itself: from an ASGI request to an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.signal import Signal
from cronbeats.edge.asgi import Receive, Scope, Send
from cronbeats.edge.client_address import address_of
from cronbeats.edge.slow_body import Patience
from cronbeats.instruments import Instruments, PingOutcome
from cronbeats.ping import receipt
from cronbeats.ping.body import NOTHING, Said, clean, read_body
from cronbeats.ping.intake import Intake
from cronbeats.ping.limits import Acquaintances, TokenBuckets
from cronbeats.ping.reader import BodyReader
from cronbeats.ping.receipt import Answer
from cronbeats.ping.target import Impossible, Target, parse_target
from cronbeats.services.receive_signals import Accepted, Arrival, NoSuchJob

_OUTCOMES = {
    200: PingOutcome.ACCEPTED,
    400: PingOutcome.INVALID,
    404: PingOutcome.NOT_FOUND,
    429: PingOutcome.TOO_MANY,
    500: PingOutcome.ERROR,
    503: PingOutcome.UNAVAILABLE,
}
_METHODS = frozenset({"GET", "POST", "HEAD"})
_ANNOUNCING_A_BODY = frozenset({b"content-length", b"transfer-encoding"})
_JOB_BURST = 60
# Wrong keys that one address may try a second, and at once: a host with a stale crontab stays
# below it, a guesser would need millions of years.
_GUESSES_PER_SECOND = 1.0
_GUESS_BURST = 60
_LONGEST_USER_AGENT = 255


class PingDoor:
    """Answers `/ping/…`: 200 only after the signal is committed."""

    def __init__(
        self,
        intake: Intake,
        clock: Callable[[], datetime],
        *,
        rate_per_second: float,
        body_limit: int,
        trusted_proxies: Sequence[IPv4Network | IPv6Network] = (),
        instruments: Instruments | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._intake = intake
        self._clock = clock
        self._body_limit = body_limit
        self._reader = BodyReader(body_limit, patience=patience)
        self._trusted = trusted_proxies
        self._jobs = TokenBuckets(rate_per_second, _JOB_BURST, time.monotonic)
        self._guesses = TokenBuckets(_GUESSES_PER_SECOND, _GUESS_BURST, time.monotonic)
        self._acquaintances = Acquaintances()
        counters = (instruments or Instruments()).pings
        self._answered = {status: counters[outcome] for status, outcome in _OUTCOMES.items()}
        self._headers = [
            (b"content-type", b"application/json"),
            (b"ping-body-limit", str(body_limit).encode()),
            (b"cache-control", b"no-store"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        begun = time.perf_counter()
        answer = await self._answer(scope, receive, self._clock(), begun)
        self._answered[answer.status].add()
        headers = [*self._headers, (b"content-length", b"%d" % len(answer.body))]
        if answer.retry_after_seconds is not None:
            headers.append((b"retry-after", str(answer.retry_after_seconds).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive, now: datetime, begun: float) -> Answer:
        address = address_of(scope, self._trusted) or ""
        target = parse_target(scope["raw_path"], scope["query_string"])
        is_known = isinstance(target, Target) and self._acquaintances.know(address, target.key)
        # Before anything is done for it: to turn somebody away must cost much less than a ping.
        if isinstance(target, Target) and (answer := self._turn_away(address, now, is_known)):
            return answer
        may_have_body, user_agent = _look_at_headers(scope)
        body, size = b"", 0
        if may_have_body:
            # A stranger must not hold judgement back.
            with self._intake.expecting(now) if is_known else nullcontext():
                body, size = await self._reader.read(receive)
        if scope["method"] not in _METHODS:
            return receipt.impossible("use GET, POST or HEAD")
        if isinstance(target, Target):
            said = read_body(target.kind, body, size, self._body_limit) if size else NOTHING
            signal = _signal(target, said, now, address or None, user_agent)
            return await self._take(target, signal, address, begun, is_known=is_known)
        return (
            receipt.impossible(target.rule) if isinstance(target, Impossible) else receipt.NOT_FOUND
        )

    def _turn_away(self, address: str, now: datetime, is_known: bool) -> Answer | None:
        """Answer whoever is guessing keys, or for whom there is no room; None to all others."""
        if not is_known and (wait := self._guesses.wait(address)):
            return receipt.too_many(wait)
        if self._intake.refuses(now, is_known=is_known):
            return receipt.unavailable(self._intake.retry_after_seconds())
        return None

    async def _take(
        self, target: Target, signal: Signal, address: str, begun: float, *, is_known: bool
    ) -> Answer:
        """Hand a signal in, unless its job sends too many."""
        if wait := self._jobs.take(target.key):
            return receipt.too_many(wait)
        result = await self._intake.submit(Arrival(target.key, signal), is_known=is_known)
        if isinstance(result, Accepted):
            if not is_known:
                self._acquaintances.meet(address, target.key)
            return receipt.accepted(
                key=target.key,
                action=target.action,
                received_at=signal.received_at,
                processing_ms=(time.perf_counter() - begun) * 1000,
                next_expected_at=result.next_expected_at,
            )
        if isinstance(result, NoSuchJob):
            return receipt.NOT_FOUND if result.is_disabled else self._wrong_key(address)
        if isinstance(result, UnavailableError):
            return receipt.unavailable(self._intake.retry_after_seconds())
        return receipt.INTERNAL_ERROR

    def _wrong_key(self, address: str) -> Answer:
        wait = self._guesses.take(address)
        return receipt.too_many(wait) if wait else receipt.NOT_FOUND


def _signal(
    target: Target,
    said: Said,
    received_at: datetime,
    source_ip: str | None,
    user_agent: str | None,
) -> Signal:
    # By their places: names take twice as long.
    return Signal(
        target.kind,
        received_at,
        target.run_id,
        said.message,
        said.progress if target.progress is None else target.progress,
        said.output,
        said.size,
        target.exit_code,
        source_ip,
        user_agent,
    )


def _look_at_headers(scope: Scope) -> tuple[bool, str | None]:
    """Tell whether a request may have a body, and who sent it."""
    may_have_body = not scope.get("http_version", "1.1").startswith("1")
    user_agent = None
    for name, value in scope["headers"]:
        if name == b"user-agent":
            if user_agent is None:
                user_agent = _readable(value)
        elif name in _ANNOUNCING_A_BODY:
            may_have_body = True
    return may_have_body, user_agent


@lru_cache
def _readable(user_agent: bytes) -> str:
    return clean(user_agent.decode("utf-8", "replace"))[:_LONGEST_USER_AGENT]
