"""What the README says works when it is pasted, from the first job to the first alert."""

import re
import subprocess
from pathlib import Path

from tests.support.machine import free_port
from tests.support.server import StartServer

ROOT = Path(__file__).parents[2]
SHELL_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = ("test", "healthy again", "down")


def test_the_readme_leads_from_the_first_job_to_its_alerts(
    start_server: StartServer, new_sqlite_url: str
) -> None:
    server = start_server(new_sqlite_url)
    script = "\n".join(SHELL_BLOCK.findall((ROOT / "README.md").read_text()))
    for written, here in {
        "http://127.0.0.1:8000": server.url,
        "8001": str(free_port()),
        "/" + "tmp/receiver.py": str(server.directory / "receiver.py"),
        "--workspace Home": "--workspace Readme",
    }.items():
        assert written in script
        script = script.replace(written, here)
    typed = subprocess.run(
        ["bash", "-eu", "-c", f"trap 'kill %1' EXIT\n{script}"],
        check=False,
        cwd=ROOT,
        env=server.environment | {"CRONBEATS_PUBLIC_URL": server.url},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert typed.returncode == 0, typed.stderr
    # Both terminals print into one here, so an alert may begin in the middle of a line.
    alerts = re.findall("ALERT: .*", typed.stdout)
    assert [kind_of(alert) for alert in alerts] == ["test", "down", "healthy again", "down"]


def kind_of(alert: str) -> str:
    return next(kind for kind in KINDS if kind in alert)
