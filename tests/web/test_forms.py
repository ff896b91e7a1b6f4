"""Forms are read strictly, and shown again with what was typed and why that cannot be."""

from typing import Any

import httpx
import pytest

from cronbeats.web.forms import LARGEST_FORM, MOST_FIELDS
from cronbeats.web.page import Needs, post
from tests.web.door import FROM_HERE, client_of, say_hello

KIND = {"Content-Type": "application/x-www-form-urlencoded"}
PAGES = (post("/hello", say_hello, Needs.ANYONE),)


async def send(**more: Any) -> httpx.Response:
    async with client_of(PAGES) as http:
        headers = {**FROM_HERE, **more.pop("headers", KIND)}
        return await http.post("/hello", headers=headers, **more)


async def test_fields_are_read_as_they_were_typed() -> None:
    answer = await send(data={"name": "Ada & Cie +1", "note": "", "ünï": "日本 🎉"})
    assert answer.text == "hello name=Ada & Cie +1, note=, ünï=日本 🎉"


async def test_a_form_without_fields_is_one() -> None:
    assert (await send(content=b"")).text == "hello"
    assert (await send(headers={})).text == "hello"


@pytest.mark.parametrize(
    "body",
    [b"a=1&a=2", b"a=%00", b"a%00=1", b"a=%FF", b"a=\xff", b"a=%ED%A0%80"],
    ids=["twice", "nul", "nul_in_name", "no_utf8", "raw_bytes", "half_of_a_pair"],
)
async def test_what_no_page_of_ours_sends_is_refused(body: bytes) -> None:
    assert (await send(content=body)).status_code == 400


async def test_a_form_has_a_size() -> None:
    fits = b"a=" + b"x" * (LARGEST_FORM - 2)
    assert (await send(content=fits)).status_code == 200
    assert (await send(content=fits + b"x")).status_code == 413
    fields = {f"f{number}": "x" for number in range(MOST_FIELDS)}
    assert (await send(data=fields)).status_code == 200
    assert (await send(data={**fields, "more": "x"})).status_code == 400


@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_only_forms_are_taken(kind: str) -> None:
    answer = await send(content=b'{"a": 1}', headers={"Content-Type": kind})
    assert answer.status_code == 415
