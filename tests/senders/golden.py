"""Every message as it leaves, kept in files, so that a change of wording shows what it changes.

`.venv/bin/python -m tests.senders.golden` writes the files anew; look at the difference before you
commit it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from cronbeats.domain.alert import Alert, AlertKind, Digest, digest_of
from cronbeats.senders.apprise import AppriseSender
from cronbeats.senders.discord import DiscordSender
from cronbeats.senders.email import EmailSender
from cronbeats.senders.registry import HttpClient
from cronbeats.senders.slack import SlackSender
from cronbeats.senders.telegram import TelegramSender
from cronbeats.senders.webhook import WebhookSender
from tests.senders.examples import HOSTILE, NOW, PAGES, alert

FOLDER = Path(__file__).parent / "golden"

TEXTS = {
    AlertKind.DOWN: "Daily backup is down: a run failed at 2026-02-25 02:30 CET.",
    AlertKind.RECOVERED: "Daily backup is healthy again: down for 2 h 14 m, 2 runs missed.",
    AlertKind.LATE: (
        "Daily backup is late: expected at 2026-02-25 04:30 CET, it had not run by "
        "2026-02-25 05:00 CET."
    ),
    AlertKind.REMINDER: "Daily backup is still down: a run failed at 2026-02-25 02:30 CET.",
    AlertKind.TEST: "A test from CronBeats: alerts of the workspace Home arrive here.",
}
JOBS = ("Daily backup", "Invoices", "Import of prices")


def plain_alert(kind: AlertKind) -> Alert:
    return alert(kind, text=TEXTS[kind], output="rsync: connection closed\nexit code 12")


def plain_digest() -> Digest:
    alerts = [
        alert(name=name, text=f"{name} is down: a run failed at 2026-02-25 02:30 CET.")
        for name in JOBS
    ]
    return digest_of("dg_1", alerts, common_address="203.0.113.7")


def hostile_alert(text: str) -> Alert:
    made = alert(name=text, text=f"{text} is down.", workspace=text, output=text)
    return replace(made, id="al_2")


def hostile_digest() -> Digest:
    return digest_of("dg_2", [hostile_alert(text) for text in HOSTILE])


def people_messages(compose: Callable[[Alert | Digest], object]) -> Iterator[tuple[str, object]]:
    """Give what a service for people is sent, by the name of the event."""
    yield from alert_messages(compose)
    yield "digest", compose(plain_digest())
    yield "hostile-digest", compose(hostile_digest())


def alert_messages(compose: Callable[[Alert], object]) -> Iterator[tuple[str, object]]:
    for kind in AlertKind:
        yield kind.removeprefix("job."), compose(plain_alert(kind))
    yield "hostile", [compose(hostile_alert(text)) for text in HOSTILE]


def mails(sender: EmailSender) -> Iterator[tuple[str, str]]:
    """Give each mail as its text, its page, and the page of a mail with hostile words."""
    told: dict[str, Alert | Digest] = {
        kind.removeprefix("job."): plain_alert(kind) for kind in AlertKind
    }
    for event, each in {**told, "digest": plain_digest(), "hostile": hostile_digest()}.items():
        mail = sender.compose(each, "ada@example.com")
        yield f"email/{event}.txt", f"Subject: {mail.subject}\n\n{mail.text}"
        yield f"email/{event}.html", mail.page


def all_messages() -> Iterator[tuple[str, str]]:
    """Give every file's name and what is in it."""
    http = HttpClient()
    by_service: Mapping[str, Iterator[tuple[str, object]]] = {
        "slack": people_messages(SlackSender(http, PAGES).compose),
        "discord": people_messages(DiscordSender(http, PAGES).compose),
        "telegram": people_messages(TelegramSender(http, pages=PAGES).compose),
        "webhook": alert_messages(
            lambda told: json.loads(WebhookSender(http, lambda: NOW).compose(told))
        ),
        "apprise": people_messages(
            lambda told: asdict(AppriseSender(is_allowed=False, pages=PAGES).compose(told))
        ),
    }
    for service, messages in by_service.items():
        for event, message in messages:
            yield f"{service}/{event}.json", json.dumps(message, indent=2) + "\n"
    yield from mails(EmailSender(None, lambda: NOW, PAGES))


def renew() -> None:
    for path in FOLDER.glob("*/*"):
        path.unlink()
    for name, text in all_messages():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    renew()
