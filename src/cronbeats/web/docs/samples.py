"""One call of the API as a person would write it: with curl, in Python and in JavaScript."""

from __future__ import annotations

import json
import pprint
from dataclasses import dataclass
from typing import Any

_WIDTH = 64


@dataclass(frozen=True, slots=True)
class Request:
    """A call to make; `body` None means that there is none, `answer` is json, text or empty."""

    method: str
    url: str
    body: Any = None
    answer: str = "json"


@dataclass(frozen=True, slots=True)
class Sample:
    """The call in one language; each reads the API key from the environment."""

    language: str
    code: str


def samples_of(request: Request) -> list[Sample]:
    """Return the call in every language there is."""
    return [
        Sample("curl", _curl(request)),
        Sample("python", _python(request)),
        Sample("javascript", _javascript(request)),
    ]


def _curl(request: Request) -> str:
    method = "" if request.method == "GET" else f"-X {request.method} "
    lines = [f'curl {method}"{request.url}"', '-H "X-API-Key: $CRONBEATS_API_KEY"']
    if request.body is not None:
        body = _json(request.body).replace("'", "'\\''").replace("\n", "\n  ")
        lines += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    return " \\\n  ".join(lines)


def _python(request: Request) -> str:
    body = ""
    if request.body is not None:
        literal = pprint.pformat(request.body, sort_dicts=False, width=_WIDTH)
        body = f"    json={_indented(literal, '         ')},\n"
    shown = {"json": "answer.json()", "text": "answer.text", "empty": "answer.status_code"}
    return (
        "import os, requests\n\n"
        f"answer = requests.{request.method.lower()}(\n"
        f'    "{request.url}",\n'
        '    headers={"X-API-Key": os.environ["CRONBEATS_API_KEY"]},\n'
        f"{body})\nprint({shown[request.answer]})"
    )


def _javascript(request: Request) -> str:
    method = "" if request.method == "GET" else f'  method: "{request.method}",\n'
    headers, body = '"X-API-Key": process.env.CRONBEATS_API_KEY', ""
    if request.body is not None:
        headers += ', "Content-Type": "application/json"'
        body = f"  body: JSON.stringify({_indented(_json(request.body), '  ')}),\n"
    shown = {"json": "await answer.json()", "text": "await answer.text()", "empty": "answer.status"}
    return (
        f'const answer = await fetch("{request.url}", {{\n{method}'
        f"  headers: {{{headers}}},\n{body}}});\n"
        f"console.log({shown[request.answer]});"
    )


def _json(value: Any) -> str:
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= _WIDTH else json.dumps(value, indent=2, ensure_ascii=False)


def _indented(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}")
