"""A code of the app is right for a while, and once; a recovery code is random and easily typed."""

from datetime import datetime, timedelta

import pyotp
import pytest

from cronbeats.domain.second_factor import (
    RECOVERY_CODES,
    SecondFactor,
    hash_recovery_code,
    is_app_code,
    new_recovery_codes,
    new_secret,
    provisioning_uri,
    step_of,
)
from tests.support.turnable_clock import START

# RFC 6238, appendix B: the secret of SHA-1, "12345678901234567890"; the last six digits.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 20000000000: "353130"}
STEP = int(START.timestamp()) // 30


def code(steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(START, counter_offset=steps)


def factor(last_step: int | None = None) -> SecondFactor:
    return SecondFactor(SECRET, is_confirmed=True, last_step=last_step)


@pytest.mark.parametrize("seconds", VECTORS)
def test_codes_are_those_of_the_standard(seconds: int) -> None:
    now = datetime.fromtimestamp(seconds, START.tzinfo)
    assert step_of(factor(), VECTORS[seconds], now) == seconds // 30


@pytest.mark.parametrize("steps", range(-3, 4))
def test_a_phones_clock_may_be_off_by_one_step(steps: int) -> None:
    expected = STEP + steps if abs(steps) <= 1 else None
    assert step_of(factor(), code(steps), START) == expected


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1}\n", "{0}-{1}"])
def test_a_code_may_be_typed_in_two_halves(typed: str) -> None:
    halves = code()[:3], code()[3:]
    assert is_app_code(typed.format(*halves))
    assert step_of(factor(), typed.format(*halves), START) == STEP


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "\ud800" * 6])
def test_what_is_no_code_is_wrong(text: str) -> None:
    assert not is_app_code(text)
    assert step_of(factor(), text.replace("\ud800", "x"), START) is None


def test_a_code_works_once_and_rules_out_those_before_it() -> None:
    used = factor(last_step=STEP)
    assert step_of(used, code(), START) is None
    assert step_of(used, code(-1), START) is None
    assert step_of(used, code(1), START) == STEP + 1


def test_a_clock_that_was_set_back_keeps_nobody_out() -> None:
    assert step_of(factor(last_step=STEP + 1), code(), START) is None
    for ahead in (2, 120, 100_000):
        assert step_of(factor(last_step=STEP + ahead), code(), START) == STEP


def test_a_secret_is_random_and_read_by_every_app() -> None:
    assert len({new_secret() for _ in range(3)}) == 3
    uri = provisioning_uri(SECRET, "ada@example.com")
    assert uri == f"otpauth://totp/CronBeats:ada%40example.com?secret={SECRET}&issuer=CronBeats"
    assert SECRET not in repr(factor())


def test_recovery_codes_differ_and_may_be_typed_in_any_way() -> None:
    codes = new_recovery_codes()
    assert len({*codes}) == RECOVERY_CODES == 10
    one, other = codes[:2]
    assert len(one) == 19
    assert not is_app_code(one)
    assert hash_recovery_code(one) != hash_recovery_code(other)
    for typed in (one.lower(), one.replace("-", ""), f" {one.replace('-', ' ')}\n"):
        assert hash_recovery_code(typed) == hash_recovery_code(one)


def test_all_codes_of_a_minute_and_a_half_are_right_at_once() -> None:
    right = {code(steps) for steps in range(-10, 11) if step_of(factor(), code(steps), START)}
    assert right == {code(-1), code(), code(1)}
    assert step_of(factor(), code(), START + timedelta(seconds=60)) is None
