"""Which path means what."""

import pytest

from cronbeats.domain.signal import SignalKind
from cronbeats.ping.target import Impossible, Nowhere, Target, parse_target
from tests.ping.door import KEY

HIGHEST = 2**31 - 1

TARGETS = {
    f"/ping/{KEY}": Target(KEY, SignalKind.PING, "ping"),
    f"/ping/{KEY}/start": Target(KEY, SignalKind.START, "start"),
    f"/ping/{KEY}/end/success": Target(KEY, SignalKind.SUCCESS, "end"),
    f"/ping/{KEY}/end/fail": Target(KEY, SignalKind.FAIL, "end"),
    f"/ping/{KEY}/fail": Target(KEY, SignalKind.FAIL, "end"),
    f"/ping/{KEY}/log": Target(KEY, SignalKind.LOG, "log"),
    f"/ping/{KEY}/0": Target(KEY, SignalKind.SUCCESS, "end", exit_code=0),
    f"/ping/{KEY}/1": Target(KEY, SignalKind.FAIL, "end", exit_code=1),
    f"/ping/{KEY}/255": Target(KEY, SignalKind.FAIL, "end", exit_code=255),
    f"/ping/{KEY}/progress": Target(KEY, SignalKind.PROGRESS, "progress"),
    f"/ping/{KEY}/progress/0": Target(KEY, SignalKind.PROGRESS, "progress", 0),
    f"/ping/{KEY}/progress/40": Target(KEY, SignalKind.PROGRESS, "progress", 40),
    f"/ping/{KEY}/progress/100": Target(KEY, SignalKind.PROGRESS, "progress", 100),
}

PERCENT_ENCODED = {
    "/ping/%61bcd1234": f"/ping/{KEY}",
    f"/%70ing/{KEY}/%73tart": f"/ping/{KEY}/start",
    f"/ping/{KEY}/end/%66ail": f"/ping/{KEY}/end/fail",
    f"/ping/{KEY}/progress/%34%30": f"/ping/{KEY}/progress/40",
}

NOWHERE = [
    "/",
    "/ping",
    "/ping/",
    "/ping//",
    f"//ping/{KEY}",
    f"/ping//{KEY}",
    f"/ping/{KEY}//",
    f"/ping/{KEY}//start",
    f"/Ping/{KEY}",
    "/ping/abcd123",
    "/ping/abcd12345",
    "/ping/abc-1234",
    "/ping/abcd123%20",
    "/ping/abcd123%0A",
    "/ping/abcd1234%0A",
    "/ping/abcd1234%00",
    "/ping/abcd123é",
    "/ping/abcd123%C3%A9",
    "/ping/abcd123%FF",
    "/ping/abcd123%D9%A3",
    f"/ping/{KEY}%2Fstart",
    f"/ping/{KEY}/begin",
    f"/ping/{KEY}/START",
    f"/ping/{KEY}/stop/now",
    f"/ping/{KEY}/success",
    f"/ping/{KEY}/-1",
    f"/ping/{KEY}/1.5",
    f"/ping/{KEY}/%D9%A3",
    f"/ping/{KEY}/0/1",
    f"/pong/{KEY}",
]

IMPOSSIBLE = [
    f"/ping/{KEY}/start/now",
    f"/ping/{KEY}/start/now/please",
    f"/ping/{KEY}/fail/hard",
    f"/ping/{KEY}/log/this",
    f"/ping/{KEY}/256",
    f"/ping/{KEY}/1000",
    f"/ping/{KEY}/{'9' * 5000}",
    f"/ping/{KEY}/end",
    f"/ping/{KEY}/end/maybe",
    f"/ping/{KEY}/end/SUCCESS",
    f"/ping/{KEY}/end/success/really",
    f"/ping/{KEY}/end//success",
    f"/ping/{KEY}/progress/-1",
    f"/ping/{KEY}/progress/+1",
    f"/ping/{KEY}/progress/1.5",
    f"/ping/{KEY}/progress/1e2",
    f"/ping/{KEY}/progress/0x10",
    f"/ping/{KEY}/progress/1_0",
    f"/ping/{KEY}/progress/half",
    f"/ping/{KEY}/progress/%20",
    f"/ping/{KEY}/progress/4%00",
    f"/ping/{KEY}/progress/4%0A",
    f"/ping/{KEY}/progress/%D9%A3",
    f"/ping/{KEY}/progress/40/50",
    f"/ping/{KEY}/progress//40",
]


@pytest.mark.parametrize("path", TARGETS)
def test_each_verb_is_known_with_and_without_a_slash_at_its_end(path: str) -> None:
    assert parse_target(path.encode()) == TARGETS[path]
    assert parse_target(f"{path}/".encode()) == TARGETS[path]


@pytest.mark.parametrize("path", PERCENT_ENCODED)
def test_a_percent_encoded_path_means_the_same(path: str) -> None:
    assert parse_target(path.encode()) == parse_target(PERCENT_ENCODED[path].encode())


@pytest.mark.parametrize("path", NOWHERE)
def test_a_wrong_key_or_an_unknown_verb_leads_nowhere(path: str) -> None:
    assert parse_target(path.encode()) == Nowhere()


@pytest.mark.parametrize("path", IMPOSSIBLE)
def test_a_known_verb_with_an_impossible_argument_is_told_so(path: str) -> None:
    assert isinstance(parse_target(path.encode()), Impossible)
    assert isinstance(parse_target(f"{path}/".encode()), Impossible)


@pytest.mark.parametrize(
    ("digits", "kept"),
    [
        ("101", 101),
        ("0000000000040", 40),
        (str(HIGHEST), HIGHEST),
        (str(HIGHEST + 1), HIGHEST),
        ("9" * 5000, HIGHEST),
        ("0" * 5000, 0),
        ("0" * 5000 + "7", 7),
    ],
)
def test_a_progress_number_may_be_as_long_as_it_likes(digits: str, kept: int) -> None:
    target = parse_target(f"/ping/{KEY}/progress/{digits}".encode())
    assert isinstance(target, Target)
    assert target.progress == kept


@pytest.mark.parametrize(
    "rest", ["", "/start", "/end/success", "/end/fail", "/fail", "/log", "/7", "/progress/3"]
)
def test_every_verb_may_name_the_run_it_speaks_of(rest: str) -> None:
    target = parse_target(f"/ping/{KEY}{rest}".encode(), b"rid=backup-7.1_~")
    assert isinstance(target, Target)
    assert target.run_id == "backup-7.1_~"


@pytest.mark.parametrize(
    ("query", "run_id"),
    [
        (b"", None),
        (b"rid", None),
        (b"rid=", None),
        (b"rid=a", "a"),
        (b"rid=" + b"a" * 64, "a" * 64),
        (b"rid=" + b"a" * 65, None),
        (b"rid=a%20b", None),
        (b"rid=a+b", None),
        (b"rid=%61%2Db", "a-b"),
        (b"rid=%00", None),
        (b"rid=\xff", None),
        (b"rid=%ED%A0%BD", None),
        (b"rid=a%0A", None),
        (b"RID=a", None),
        (b"other=b&rid=a&more", "a"),
        (b"&&==&%", None),
    ],
)
def test_a_run_id_that_is_none_is_as_good_as_no_run_id(query: bytes, run_id: str | None) -> None:
    expected = Target(KEY, SignalKind.PING, "ping", run_id=run_id)
    assert parse_target(f"/ping/{KEY}".encode(), query) == expected
