"""A message in plain text, for services that know no markup."""

from __future__ import annotations

from collections.abc import Iterator

from cronbeats.senders._message import LINK_TEXT, Message
from cronbeats.senders._text import cut, output_tail

SENTENCE_LENGTH = 2000
_ITEM_LENGTH = 300
_MOST_ITEMS = 100


def plain_text(message: Message, output_length: int) -> str:
    """Return all of a message but its title; of the job's output at most so much."""
    return "\n\n".join(_parts(message, output_length))


def shown_items(message: Message) -> Iterator[str]:
    """Yield what a digest lists, cut where it is long; the last item may tell how many more."""
    for item in message.items[:_MOST_ITEMS]:
        yield cut(item, _ITEM_LENGTH)
    if (more := len(message.items) - _MOST_ITEMS) > 0:
        yield f"… and {more} more"


def _parts(message: Message, output_length: int) -> Iterator[str]:
    yield cut(message.sentence, SENTENCE_LENGTH)
    if message.items:
        yield "\n".join(f"* {item}" for item in shown_items(message))
    if message.facts:
        yield "\n".join(f"{fact.label}: {fact.value}" for fact in message.facts)
    if output := output_tail(message.output, limit=output_length):
        yield "Last output:\n\n" + "\n".join(f"    {line}" for line in output.splitlines())
    if message.link:
        yield f"{LINK_TEXT}: {message.link}"
