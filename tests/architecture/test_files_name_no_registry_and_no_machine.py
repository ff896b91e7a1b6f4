import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.support.source_code import ROOT, at

# Written in pieces, or this file would be the first to be found.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
    )
]
PLACES = ["/" + "/".join(parts) for parts in (("work", ""), ("root", ""), ("opt", "pypi"))]
FORBIDDEN = re.compile(
    "|".join([*map(re.escape, HOSTS), *(rf"(?<![\w.$)}}-]){re.escape(p)}" for p in PLACES)])
)


def forbidden_names(text: str) -> Iterator[str]:
    """Tell where a text names a package registry's host, or a path of one machine only."""
    for number, line in enumerate(text.splitlines(), start=1):
        for match in FORBIDDEN.finditer(line):
            yield f"line {number} names {match.group()}"


def project_files() -> list[Path]:
    """List the files that are in the repository, or would be with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    found = [ROOT / name for name in names.split("\0") if name]
    assert found, "git lists no files"
    return [path for path in found if path.is_file()]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    complaints = [
        complaint
        for path in project_files()
        for complaint in at(path, forbidden_names(path.read_text(errors="replace")))
    ]
    assert complaints == []


def test_the_check_sees_every_host_and_place() -> None:
    for name in [*HOSTS, *PLACES]:
        assert list(forbidden_names(f"\nsee {name}here")) == [f"line 2 names {name}"]


def test_the_check_leaves_folders_of_the_project_alone() -> None:
    folder = "docs" + PLACES[0]
    assert list(forbidden_names(f"{folder}index.md")) == []
