"""A sender that keeps what it is given to send, and answers what the test says."""

from collections import deque
from collections.abc import Mapping

from cronbeats.domain.alert import Alert, Digest
from cronbeats.domain.delivery import Delivered, Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.senders.protocol import ConfigField


class RecordingSender:
    """Delivers everything, unless `answers` holds something else for the next attempts."""

    fields: tuple[ConfigField, ...] = (
        ConfigField("url", "Where to", is_url=True, example="https://receiver.test/hook"),
        ConfigField(
            "secret",
            "Optional",
            is_required=False,
            max_length=64,
            is_made_here=True,
            example="a-secret",
        ),
    )

    unavailable: str | None = None

    def __init__(self, kind: IntegrationKind = IntegrationKind.WEBHOOK) -> None:
        self.kind = kind
        self.attempts: list[Alert] = []
        self.configs: list[Mapping[str, str]] = []
        self.delivered: list[Alert] = []
        self.answers: deque[Delivery] = deque()

    # Of no instance, so that the routes that check with it are made once.
    @staticmethod
    def explain_bad(config: Mapping[str, str]) -> dict[str, list[str]]:
        return {"url": ["Must be a URL."]} if "bad" in config.get("url", "") else {}

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        self.attempts.append(alert)
        self.configs.append(config)
        answer = self.answers.popleft() if self.answers else Delivered(200, duration_ms=1)
        if isinstance(answer, Delivered):
            self.delivered.append(alert)
        return answer

    @property
    def told(self) -> list[str]:
        """What was delivered, as kinds of alerts."""
        return [str(alert.kind) for alert in self.delivered]


class RecordingChat(RecordingSender):
    """Takes digests, too, as a service for people does; `messages` is all that was delivered."""

    def __init__(self, kind: IntegrationKind = IntegrationKind.SLACK) -> None:
        super().__init__(kind)
        self.messages: list[Alert | Digest] = []
        self.digest_attempts: list[Digest] = []

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        answer = await super().send(config, alert)
        if isinstance(answer, Delivered):
            self.messages.append(alert)
        return answer

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        self.digest_attempts.append(digest)
        self.configs.append(config)
        answer = self.answers.popleft() if self.answers else Delivered(200, duration_ms=1)
        if isinstance(answer, Delivered):
            self.messages.append(digest)
        return answer

    @property
    def sizes(self) -> list[tuple[str, int]]:
        """What was delivered: the kind of each message, and of how many jobs it tells."""
        return [
            (str(each.kind), len(each.alerts) if isinstance(each, Digest) else 1)
            for each in self.messages
        ]
