"""What a body says: JSON that we understand, or output to keep."""

import json

import pytest

from cronbeats.domain.signal import SignalKind
from cronbeats.ping.body import Said, read_body

LIMIT = 10_000
HIGHEST = 2**31 - 1
LOST = "\ufffd"


def read(body: bytes, kind: SignalKind = SignalKind.PING) -> Said:
    return read_body(kind, body, len(body), LIMIT)


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t "])
def test_a_body_without_anything_in_it_says_nothing(body: bytes) -> None:
    assert read(body) == Said(size=len(body))


@pytest.mark.parametrize(
    ("body", "message", "progress"),
    [
        (b'{"message": "half way", "progress": 50}', "half way", 50),
        (b'{"message":"half way"}', "half way", None),
        (b'{"progress":50}', None, 50),
        (b'{"message":"","progress":0}', None, 0),
        (b'{"message":null,"progress":null}', None, None),
        (b' \r\n{"message":"x"}\n', "x", None),
        (b'\xef\xbb\xbf{"message":"after a byte order mark"}', "after a byte order mark", None),
        (b'{"message":"\\u00e9\\ud83d\\ude00"}', "é😀", None),
        ('{"message":"Größe 😀"}'.encode(), "Größe 😀", None),
        (b'{"message":"1","message":"2"}', "2", None),
    ],
)
def test_an_object_with_a_message_or_progress_is_understood(
    body: bytes, message: str | None, progress: int | None
) -> None:
    assert read(body) == Said(message, progress, None, len(body))


@pytest.mark.parametrize(
    ("number", "progress"),
    [
        ("0", 0),
        ("100", 100),
        ("101", 101),
        ("40.0", 40),
        ("40.9", 40),
        ("1e2", 100),
        ("-0", 0),
        (str(HIGHEST + 1), HIGHEST),
        ("9" * 400, HIGHEST),
        ("1e300", HIGHEST),
    ],
)
def test_progress_may_be_any_number_that_is_not_negative(number: str, progress: int) -> None:
    body = b'{"message":"m","progress":%b}' % number.encode()
    assert read(body) == Said("m", progress, None, len(body))


NO_PROGRESS = ["-1", "-0.5", "true", "false", '"40"', '"half"', "[40]", "{}"]
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e999"]


@pytest.mark.parametrize("value", [*NO_PROGRESS, *NO_NUMBERS])
def test_progress_that_is_no_such_number_stays_in_the_output(value: str) -> None:
    text = f'{{"message":"m","progress":{value}}}'
    assert read(text.encode()) == Said("m", None, text, len(text))


@pytest.mark.parametrize("value", ["5", "true", "[]", '{"text":"x"}'])
def test_a_message_that_is_no_text_stays_in_the_output(value: str) -> None:
    text = f'{{"message":{value},"progress":7}}'
    assert read(text.encode()) == Said(None, 7, text, len(text))


def test_an_object_with_more_in_it_is_kept_as_output_too() -> None:
    text = '{"message": "done", "rows": 120}'
    assert read(text.encode()) == Said("done", None, text, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "All is well",
        "{",
        "{}",
        '{"rows":120}',
        '{"message":"cut',
        "{'message':'single quotes'}",
        '["message"]',
        '"message"',
        "null",
        "40",
        "message=half+way&progress=50",
        '{"message":' + "[" * 100_000,
        '{"message":"x","progress":' + "9" * 5000 + "}",
    ],
)
def test_everything_else_is_kept_as_output(text: str) -> None:
    assert read(text.encode()) == Said(None, None, text[:LIMIT], len(text))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"message":"\\ud83d"}', LOST),
        (b'{"message":"a\\ud83db"}', f"a{LOST}b"),
        (b'{"message":"\\ude00\\ud83d"}', LOST * 2),
        (b'{"message":"\\ud83d\\ud83d\\ude00"}', f"{LOST}😀"),
        (b'{"message":"a\\u0000b"}', f"a{LOST}b"),
    ],
)
def test_a_message_loses_only_what_no_database_keeps(body: bytes, message: str) -> None:
    assert read(body) == Said(message, None, None, len(body))


@pytest.mark.parametrize(
    ("body", "output"),
    [
        (b"a\x00b", f"a{LOST}b"),
        (b"\x00", LOST),
        (b"caf\xe9 au lait", f"caf{LOST} au lait"),
        (b"\xff\xfe\xfd", LOST * 3),
        (b"\xed\xa0\xbd", LOST * 3),
        (b'{"message":"\xe9"}', f'{{"message":"{LOST}"}}'),
        (b"\x1f\x8b\x08\x00", f"\x1f{LOST}\x08{LOST}"),
        (b"half a letter \xc3", f"half a letter {LOST}"),
    ],
)
def test_output_loses_only_what_is_no_text(body: bytes, output: str) -> None:
    assert read(body) == Said(None, None, output, len(body))


def test_half_of_a_pair_as_raw_bytes_in_a_message_is_lost_too() -> None:
    said = read(b'{"message":"a\xed\xa0\xbdb","progress":5}')
    assert (said.message, said.progress) == (f"a{LOST}b", 5)


def test_a_message_with_progress_is_cut_at_255_code_points() -> None:
    body = json.dumps({"message": "😀" * 256, "progress": 1}).encode()
    assert read(body, SignalKind.PROGRESS).message == "😀" * 255


@pytest.mark.parametrize("kind", [k for k in SignalKind if k is not SignalKind.PROGRESS])
def test_a_message_with_any_other_signal_may_be_longer(kind: SignalKind) -> None:
    body = json.dumps({"message": "x" * 256}).encode()
    assert read(body, kind).message == "x" * 256
