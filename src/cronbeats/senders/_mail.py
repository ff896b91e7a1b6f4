"""What an e-mail says: a text for every program, and a page for those that show pages."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from cronbeats.senders._message import LINK_TEXT, Message
from cronbeats.senders._plain import SENTENCE_LENGTH, plain_text, shown_items
from cronbeats.senders._text import cut, one_line, output_tail

_SUBJECT_LENGTH = 200
_OUTPUT_LENGTH = 10_000
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one address; `subject` is one line, neither too long for a header."""

    subject: str
    text: str
    page: str


def mail_of(message: Message, address: str) -> Mail:
    """Return the mail that tells `message` to `address`."""
    prefix = f"[{cut(message.workspace, _SUBJECT_LENGTH // 2)}] " if message.workspace else ""
    return Mail(
        subject=prefix + cut(message.title, _SUBJECT_LENGTH),
        # The line that mail programs take for the beginning of a signature.
        text=f"{plain_text(message, _OUTPUT_LENGTH)}\n\n-- \n{_why(message, address)}\n",
        page="\n".join(_page_parts(message, address)) + "\n",
    )


def _page_parts(message: Message, address: str) -> Iterator[str]:
    colour = f"#{message.colour:06x}"
    yield f'<div style="{_FONT};max-width:40em;border-left:4px solid {colour};padding-left:1em">'
    yield f'<h1 style="font-size:1.2em">{html.escape(message.title)}</h1>'
    yield f"<p>{html.escape(cut(message.sentence, SENTENCE_LENGTH))}</p>"
    if message.items:
        items = "".join(f"<li>{html.escape(item)}</li>" for item in shown_items(message))
        yield f"<ul>{items}</ul>"
    if message.facts:
        rows = "".join(
            f'<tr><th align="left">{html.escape(fact.label)}</th>'
            f"<td>{html.escape(fact.value)}</td></tr>"
            for fact in message.facts
        )
        yield f'<table cellpadding="4">{rows}</table>'
    if output := output_tail(message.output, html.escape, _OUTPUT_LENGTH):
        yield f'<pre style="background:#f4f4f5;padding:0.5em;overflow:auto">{output}</pre>'
    if message.link:
        yield f'<p><a href="{html.escape(message.link)}">{LINK_TEXT}</a></p>'
    yield f'<p style="color:#71717a;font-size:0.85em">{html.escape(_why(message, address))}</p>'
    yield "</div>"


def _why(message: Message, address: str) -> str:
    return one_line(
        f"You get this because {address} is told of the alerts of the workspace "
        f"{message.workspace or 'without a name'} on CronBeats. To end that, an admin of the "
        "workspace takes the address off its e-mail integration; or write to the address that "
        "this message comes from."
    )
