"""PgBouncer, which gives each transaction whatever connection is free."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.process.postgres_node import Node, url_of, user
from tests.support.machine import free_port, is_listening, wait_until

_PATIENCE_SECONDS = 30.0


@contextmanager
def running_pooler(node: Node) -> Iterator[str]:
    """Run PgBouncer in transaction mode while the block runs; give the URL that leads through it.

    It has few connections to the server, so that clients take turns at them all the time.
    """
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, "there is no PgBouncer on this machine: see scripts/install-pgbouncer"
    directory = Path(tempfile.mkdtemp(prefix="cronbeats-pgbouncer-"))
    port = free_port()
    settings = directory / "pgbouncer.ini"
    settings.write_text(
        "[databases]\n"
        f"* = host=127.0.0.1 port={node.port} user=postgres\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "pool_mode = transaction\ndefault_pool_size = 4\nmax_client_conn = 200\n"
        "auth_type = any\nignore_startup_parameters =\n"
    )
    settings.chmod(0o644)
    directory.chmod(0o755)
    # Its own log goes nowhere: the server's tells what went wrong.
    process = subprocess.Popen([program, "-q", settings], user=user(), stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_listening(port), _PATIENCE_SECONDS, "PgBouncer listens")
        yield url_of(f"127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory)
