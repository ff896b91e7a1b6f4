"""The way around a workspace: its pages in the sidebar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cronbeats.domain.access import Action
from cronbeats.domain.membership import Membership


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that the sidebar leads to, from the workspace's own path on."""

    title: str
    path: str
    needs: Action
    group: str = ""

    @property
    def icon(self) -> str:
        """The name of its drawing."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is drawn on a page."""

    title: str
    path: str
    icon: str
    is_here: bool


ENTRIES: tuple[Entry, ...] = (
    Entry("Jobs", "/jobs", Action.READ),
    Entry("Integrations", "/integrations", Action.READ, "Alerts"),
    Entry("Alert rules", "/alert-rules", Action.READ, "Alerts"),
    Entry("Delivery log", "/deliveries", Action.READ, "Alerts"),
    Entry("Fire drill", "/fire-drill", Action.READ, "Alerts"),
    Entry("Members", "/members", Action.READ_MEMBERS, "Workspace"),
    Entry("API Keys", "/api-keys", Action.MANAGE_KEYS, "Workspace"),
    Entry("Audit log", "/audit-log", Action.READ_AUDIT_LOG, "Workspace"),
    Entry("Settings", "/settings", Action.MANAGE_WORKSPACE, "Workspace"),
)


def links(here: Membership | None, path: str) -> Iterator[tuple[str, list[Link]]]:
    """Give the groups of links, with their titles, that somebody may follow from a page."""
    if here is None:
        return
    base = f"/w/{here.workspace_id}"
    entries = [each for each in ENTRIES if here.may(each.needs)]
    for group in dict.fromkeys(each.group for each in entries):
        yield group, [_link(each, base, path) for each in entries if each.group == group]


def _link(entry: Entry, base: str, path: str) -> Link:
    target = base + entry.path
    return Link(entry.title, target, entry.icon, f"{path}/".startswith(f"{target}/"))
