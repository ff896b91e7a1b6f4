"""Whatever a job sent can be looked at without doing anything."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.printable import printable


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("plain\n\ttext, zwölf 🥁", "plain\n\ttext, zwölf 🥁"),
        ("\x1b[1;31mred\x1b[0m and \x9b32mgreen", "red and green"),
        ("\x1b]0;a title\x07after \x1b]8;;http://x\x1b\\link", "after link"),
        ("\x1b]0;a title that never ends", ""),
        ("\x1bPdevice\x1b\\\x1b(B\x1bctext", "text"),
        ("10 %\r20 %\r\nend\r\r\n", "10 %\n20 %\nend\n"),
        ("a\x00\x07\x08\x7f\x1b", "a␀␇␈␡␛"),
        ("safe\u202egnp.exe", "safe[U+202E]gnp.exe"),
        ("\x85\u2028\x80", "\n\n\ufffd"),
    ],
)
def test_orders_are_left_out_and_control_characters_are_drawn(sent: str, shown: str) -> None:
    assert printable(sent) == shown


@given(st.text(st.sampled_from("a[]0;m\\\n\t\r\x00\x07\x1b\x9b\x9d\x90\u202e")))
def test_what_is_shown_holds_no_control_character_and_is_shown_alike_again(sent: str) -> None:
    shown = printable(sent)
    assert {unicodedata.category(each) for each in shown if each not in "\n\t"} <= {
        *("Ll", "Lu", "Nd", "Ps", "Pe", "Po", "So", "Sm"),
    }
    assert printable(shown) == shown
