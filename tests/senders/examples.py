"""Alerts, integrations and hostile words that the tests share."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from cronbeats.domain.alert import Alert, AlertIncident, AlertJob, AlertKind, Digest, digest_of
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.job import Reason, Status
from cronbeats.senders.protocol import Sender
from cronbeats.senders.registry import HttpClient, build_senders

PAGES = "https://beats.example.com"
NOW = datetime(2026, 2, 25, 4, 0, tzinfo=UTC)
# Those that are told over our own HTTP client: e-mail and Apprise have tests of their own.
KINDS = [
    kind for kind in IntegrationKind if kind not in {IntegrationKind.EMAIL, IntegrationKind.APPRISE}
]
BOT_TOKEN = "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp"
SIGNING_SECRET = "correct-horse-battery-staple"
HOOK_PATH = "/services/T0AAAAAAA/B0BBBBBBB/xyzxyzxyzxyzxyzxyzxyzab3f"
SECRETS = (BOT_TOKEN, BOT_TOKEN.partition(":")[2], SIGNING_SECRET, "T0AAAAAAA", "xyzxyzxyz")


def sender_of(kind: IntegrationKind, http: HttpClient, origin: str) -> Sender:
    return build_senders(http, lambda: NOW, telegram_api_base=origin)[kind]


def config_of(kind: IntegrationKind, origin: str) -> dict[str, str]:
    return {
        IntegrationKind.SLACK: {"webhook_url": origin + HOOK_PATH},
        IntegrationKind.DISCORD: {"webhook_url": origin + HOOK_PATH},
        IntegrationKind.TELEGRAM: {"bot_token": BOT_TOKEN, "chat_id": "-100123"},
        IntegrationKind.WEBHOOK: {"url": origin + HOOK_PATH, "secret": SIGNING_SECRET},
    }[kind]


def alert(
    kind: AlertKind = AlertKind.DOWN,
    *,
    name: str = "Daily backup",
    text: str = "Daily backup is down: a run reported failure at 2026-02-25 02:30 CET.",
    workspace: str = "Home",
    output: str | None = "rsync: connection closed",
    timezone: str = "Europe/Berlin",
) -> Alert:
    """Return an alert as the courier hands it to a sender."""
    is_over = kind is AlertKind.RECOVERED
    job = AlertJob(
        id=7,
        name=name,
        status=Status.HEALTHY if is_over else Status.DOWN,
        description="Copies the disk",
        timezone=timezone,
        tags=("disk", "night"),
        cron_expression="30 2 * * *",
        last_success_at=datetime(2026, 2, 24, 1, 31, tzinfo=UTC),
        next_expected_at=datetime(2026, 2, 26, 1, 30, tzinfo=UTC),
    )
    incident = AlertIncident(
        id=3,
        started_at=datetime(2026, 2, 25, 1, 30, tzinfo=UTC),
        reason=Reason.FAILED,
        missed_runs=2,
        ended_at=datetime(2026, 2, 25, 3, 44, tzinfo=UTC) if is_over else None,
        last_output=output,
    )
    has_incident = kind not in {AlertKind.LATE, AlertKind.TEST}
    return Alert(
        id="al_1",
        kind=kind,
        occurred_at=NOW,
        workspace_id=1,
        workspace_name=workspace,
        text=text,
        job=None if kind is AlertKind.TEST else job,
        incident=incident if has_incident else None,
    )


HOSTILE = (
    "<script>alert(1)</script>",
    "</pre><b>",
    "@everyone @here <!channel> <@U123> <#C1>",
    "*_~`|>#[click](https://evil.example)",
    "```\n<!here>\n```",
    "🧟\u200d♀️" * 200,
    "\u202egnp.exe",
    "one\r\ntwo\u2028three\x00\x1b[31mred",
    "&lt;&amp;" * 100,
    "\ud83d",
    "",
)


@dataclass(frozen=True)
class Stretched:
    """A text repeated, which keeps a failing example short."""

    text: str
    times: int

    def __str__(self) -> str:
        return self.text * self.times


@dataclass(frozen=True)
class HostileAlert:
    """Any text in every place where a stranger's text can be."""

    kind: AlertKind
    name: Stretched
    text: Stretched
    workspace: Stretched
    output: Stretched | None
    timezone: str

    def build(self) -> Alert:
        return alert(
            self.kind,
            name=str(self.name),
            text=str(self.text),
            workspace=str(self.workspace),
            output=None if self.output is None else str(self.output),
            timezone=self.timezone,
        )


_ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=40)
_STRETCHED = st.builds(
    Stretched,
    text=st.one_of(_ANY_TEXT, st.sampled_from(HOSTILE)),
    times=st.sampled_from([1, 1, 150]),
)


def hostile_alerts() -> st.SearchStrategy[HostileAlert]:
    return st.builds(
        HostileAlert,
        kind=st.sampled_from(AlertKind),
        name=_STRETCHED,
        text=_STRETCHED,
        workspace=_STRETCHED,
        output=st.one_of(st.none(), _STRETCHED),
        timezone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    )


@dataclass(frozen=True)
class HostileDigest:
    """Any texts in a list of any length."""

    alerts: tuple[HostileAlert, ...]
    times: int
    tag: Stretched | None
    address: str | None

    def build(self) -> Digest:
        alerts = [each.build() for each in self.alerts * self.times]
        digest = digest_of("dg_1", alerts, self.address)
        return replace(digest, common_tag=None if self.tag is None else str(self.tag))


def hostile_digests() -> st.SearchStrategy[HostileDigest]:
    return st.builds(
        HostileDigest,
        alerts=st.lists(hostile_alerts(), min_size=1, max_size=2).map(tuple),
        times=st.sampled_from([1, 1, 20]),
        tag=st.one_of(st.none(), _STRETCHED),
        address=st.sampled_from([None, "203.0.113.7"]),
    )


def length(text: str) -> int:
    """Count as the strictest services do: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def strings_in(value: object) -> Iterator[str]:
    """Yield every text in a message."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings_in(part)


def is_valid_json(value: object) -> bool:
    """Tell whether a message can be sent as UTF-8 and read again as it was."""
    sent: object = json.loads(json.dumps(value, ensure_ascii=False).encode())
    return sent == value
