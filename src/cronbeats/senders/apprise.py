"""Apprise: a hundred more services, each named by a URL (https://appriseit.com).

The library knows no bounds: its URLs reach any address, this machine's own included, and some read
files. So the operator must allow it, and should only where everybody who may set up integrations
is trusted with this server.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cronbeats.domain.alert import Alert, AlertKind, Digest
from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.domain.integration import IntegrationKind, split_list
from cronbeats.senders._config import explain_bad_items
from cronbeats.senders._message import message_of
from cronbeats.senders._plain import plain_text
from cronbeats.senders._settled import SettledReceivers, summary
from cronbeats.senders._text import cut, defuse_at_signs
from cronbeats.senders.protocol import ConfigField

if TYPE_CHECKING:
    import apprise

_NOT_ALLOWED = (
    "This server does not use Apprise: whoever runs it must set CRONBEATS_ALLOW_APPRISE=true."
)
_NOT_INSTALLED = (
    "This server does not have Apprise: whoever runs it must install it, as in "
    "`pip install cronbeats[apprise]`."
)
_NOT_KNOWN = "Must be a URL that Apprise knows, such as ntfys://ntfy.sh/topic."
_MOST_URLS = 20
_LONGEST_URL = 1000
# All of them together must be through before the lease of an alert ends.
_LONGEST_SECONDS = 20.0
_SECONDS_FOR_ONE = 10.0
# Threads cannot be stopped; what hangs keeps no more than these.
_MOST_THREADS = 8
_TITLE_LENGTH, _OUTPUT_LENGTH = 200, 1000
_SEVERITIES = {
    AlertKind.DOWN: "failure",
    AlertKind.RECOVERED: "success",
    AlertKind.LATE: "warning",
    AlertKind.REMINDER: "failure",
    AlertKind.TEST: "info",
}


@dataclass(frozen=True, slots=True)
class Notification:
    """A message in plain text; `severity` is info, success, warning or failure."""

    title: str
    body: str
    severity: str


class AppriseSender:
    """Tells each URL by itself, so that one that fails keeps no other from being told."""

    kind = IntegrationKind.APPRISE
    fields = (
        ConfigField(
            "urls",
            "Apprise URLs, one for each service",
            max_length=_LONGEST_URL,
            max_items=_MOST_URLS,
            example="ntfys://ntfy.sh/our-alerts",
        ),
    )

    def __init__(
        self, *, is_allowed: bool, pages: str = "", patience_seconds: float = _LONGEST_SECONDS
    ) -> None:
        self._library = _Library.load(patience_seconds) if is_allowed else None
        self._pages = pages
        self._settled = SettledReceivers()
        self.unavailable = None
        if self._library is None:
            self.unavailable = _NOT_INSTALLED if is_allowed else _NOT_ALLOWED

    def explain_bad(self, config: Mapping[str, str]) -> dict[str, list[str]]:
        return explain_bad_items(self.fields[0], config, self._explain_bad_url)

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        return await self._tell(config, alert)

    async def send_digest(self, config: Mapping[str, str], digest: Digest) -> Delivery:
        return await self._tell(config, digest)

    def compose(self, told: Alert | Digest) -> Notification:
        """Return what every service is told."""
        message = message_of(told, self._pages)
        return Notification(
            title=_harmless(cut(message.title, _TITLE_LENGTH)),
            body=_harmless(plain_text(message, _OUTPUT_LENGTH)),
            severity=_SEVERITIES[told.kind],
        )

    def _explain_bad_url(self, url: str) -> str | None:
        if self._library is None or self._library.service_of(url) is not None:
            return None
        return _NOT_KNOWN

    async def _tell(self, config: Mapping[str, str], told: Alert | Digest) -> Delivery:
        if self._library is None:
            return Unreachable(self.unavailable or _NOT_INSTALLED)
        urls = split_list(config.get("urls", ""))
        if not urls:
            return Refused("There is no URL to call.", is_broken=True)
        known = self._settled.of(told.id)
        waiting = [url for url in urls if url not in known]
        notification = self.compose(told)
        tries = [self._library.tell(url, notification) for url in waiting]
        outcomes = {**known, **dict(zip(waiting, await asyncio.gather(*tries), strict=True))}
        self._settled.note(told.id, outcomes)
        places = {url: f"Item {place}" for place, url in enumerate(urls, start=1)}
        return summary({url: outcomes[url] for url in urls}, places.__getitem__)


class _Library:
    """The library, with all that reaches beyond one message switched off."""

    def __init__(
        self,
        library: type[apprise.Apprise],
        asset: apprise.AppriseAsset,
        patience_seconds: float,
    ) -> None:
        self._library = library
        self._asset = asset
        self._patience_seconds = patience_seconds
        self._threads = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="apprise")

    @classmethod
    def load(cls, patience_seconds: float) -> _Library | None:
        """Return the library, all of its services read in; None if it is not installed."""
        try:
            import apprise  # noqa: PLC0415 - optional, and slow to read in
        except ImportError:
            return None
        # It logs URLs, with the secrets in them.
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        asset = apprise.AppriseAsset(
            app_id="CronBeats",
            app_desc="CronBeats",
            app_url="",
            async_mode=False,
            http_redirects=False,
            allow_templates=False,
            pgp_autogen=False,
            pem_autogen=False,
            storage_mode="memory",
            service_timeout=_SECONDS_FOR_ONE,
        )
        made = cls(apprise.Apprise, asset, patience_seconds)
        made.service_of("json://localhost")
        return made

    def service_of(self, url: str) -> apprise.NotifyBase | None:
        """Return the service that a URL names, or None."""
        return self._library.instantiate(url, asset=self._asset)

    async def tell(self, url: str, notification: Notification) -> Delivery:
        """Tell one service, in a thread; errors never name the URL."""
        service = self.service_of(url)
        if service is None:
            return Refused(_NOT_KNOWN, is_broken=True)
        who = str(service.service_name)
        started = time.perf_counter()
        call = partial(self._notify, service, notification)
        try:
            async with asyncio.timeout(self._patience_seconds):
                is_taken = await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except TimeoutError:
            return Unreachable(f"{who} did not answer in {self._patience_seconds:g} s.")
        if not is_taken:
            return Unreachable(f"{who} did not take the message; Apprise does not say why.")
        return Delivered(None, round((time.perf_counter() - started) * 1000))

    def _notify(self, service: apprise.NotifyBase, notification: Notification) -> bool:
        telling = self._library(asset=self._asset)
        telling.add(service)
        taken = telling.notify(
            title=notification.title,
            body=notification.body,
            notify_type=notification.severity,
            body_format="text",
        )
        return bool(taken)


def _harmless(text: str) -> str:
    """Return text that calls nobody: some services look for names in plain text, too."""
    return defuse_at_signs(text).replace("<!", "<\u200b!").replace("<#", "<\u200b#")
