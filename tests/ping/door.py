"""The ping door with nothing but a list behind it, for what does not depend on a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.ping.app import PingDoor
from cronbeats.ping.intake import Intake
from cronbeats.services.receive_signals import Accepted, Arrival, Batch, NoSuchJob
from cronbeats.settings import Network
from tests.support.turnable_clock import START, TurnableClock

KEY = "abcd1234"
OTHER_KEY = "Wxyz9876"


@dataclass
class Jobs:
    """Takes the signals of the jobs it knows, and keeps them."""

    known: set[str] = field(default_factory=lambda: {KEY})
    signals: list[Signal] = field(default_factory=list)

    async def receive(self, arrivals: Sequence[Arrival]) -> Batch:
        self.signals += [each.signal for each in arrivals if each.key in self.known]
        return Batch([Accepted(None) if a.key in self.known else NoSuchJob() for a in arrivals])


def door_to(
    jobs: Jobs | Intake,
    *,
    rate_per_second: float = 0,
    body_limit: int = 10_000,
    trusted_proxies: Sequence[Network] = (),
    clock: TurnableClock | None = None,
) -> PingDoor:
    """Make a door that has no limit of its own, unless it is asked for."""
    intake = jobs if isinstance(jobs, Intake) else Intake(jobs.receive, lambda: None)
    return PingDoor(
        intake,
        clock or TurnableClock(),
        rate_per_second=rate_per_second,
        body_limit=body_limit,
        trusted_proxies=trusted_proxies,
    )


def caller(door: PingDoor, address: str = "192.0.2.1") -> httpx.AsyncClient:
    """Give a client that calls from an address."""
    transport = httpx.ASGITransport(door, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url="http://cronbeats.test")


def arrival(
    key: str = KEY, *, kind: SignalKind = SignalKind.PING, received_at: datetime = START
) -> Arrival:
    return Arrival(key, Signal(kind, received_at))
