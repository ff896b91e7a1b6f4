"""Each sender's message of each event is the one in tests/senders/golden, to the letter.

After a change that is meant, `.venv/bin/python -m tests.senders.golden` writes the files anew.
"""

import pytest

from tests.senders.golden import FOLDER, all_messages

MESSAGES = dict(all_messages())


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_as_it_was_kept(name: str) -> None:
    assert MESSAGES[name] == (FOLDER / name).read_text(encoding="utf-8")


def test_every_kept_message_is_one_that_is_sent() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")}
    assert kept == set(MESSAGES)
