"""Each decision is known by its number, so no two have the same, and none is missing."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"


def test_decisions_are_counted_from_one_and_titled_by_their_number() -> None:
    files = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        title = path.read_text().partition("\n")[0]
        assert re.match(rf"# {int(path.name[:4])}\. \w", title), title
