import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronbeats.senders._text import cut, length, listed, one_line, output_tail


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  Daily \t backup \n", "Daily backup"),
        ("one\r\ntwo\u2028three\x00four", "one two three four"),
        ("\u202egnp.exe\u2066", "gnp.exe"),
        ("in\u200bvis\ufeffible\u00ad", "invisible"),
        ("👩\u200d💻 ❤️", "👩\u200d💻 ❤️"),
        ("half \ud83d", "half \ufffd"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
    ],
)
def test_a_name_is_one_line_that_cannot_trick_the_eye(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_long_text_ends_with_a_mark() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
    assert cut("😀😀😀", 5) == "😀😀…"


def test_markup_is_not_cut_in_the_middle() -> None:
    assert cut("a<b", 5, lambda text: text.replace("<", "&lt;")) == "a…"
    assert cut("a<b", 6, lambda text: text.replace("<", "&lt;")) == "a&lt;b"


@given(st.text(st.characters(exclude_categories=[])), st.integers(1, 50))
def test_a_cut_text_always_fits(text: str, limit: int) -> None:
    assert length(cut(text, limit)) <= limit
    assert length(output_tail(text, limit=limit)) <= limit


def test_output_keeps_its_last_lines() -> None:
    output = "\n".join(f"line {number}" for number in range(500))

    assert output_tail(output, limit=30) == "…\nline 497\nline 498\nline 499"


def test_output_of_one_long_line_keeps_its_end() -> None:
    assert output_tail("a" * 100 + "end", limit=6) == "…aaend"


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07text", "red text"),
        ("10 %\r50 %\r100 %\r\ndone\n\n", "100 %\ndone"),
        ("  indented\n\n\tagain  ", "  indented\n\n\tagain"),
        ("a\x00b\x08c\u202ed", "abcd"),
        ("\n \n", ""),
        ("", ""),
    ],
)
def test_output_is_shown_as_a_terminal_leaves_it(output: str, shown: str) -> None:
    assert output_tail(output) == shown


def test_a_list_tells_how_many_did_not_fit() -> None:
    items = [f"job {number}" for number in range(10)]

    assert listed(items, 1000).splitlines() == [f"• job {number}" for number in range(10)]
    assert listed(items, 40) == "• job 0\n• job 1\n• job 2\n… and 7 more"
    assert listed(items, 5) == "… and 10 more"
    assert listed([], 40) == ""


@given(st.lists(st.text(st.characters(exclude_categories=[]))), st.integers(40, 400))
def test_a_list_always_fits(items: list[str], limit: int) -> None:
    assert length(listed(items, limit)) <= limit
