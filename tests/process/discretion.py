"""What a log must never hold."""

from collections.abc import Iterable

from sqlalchemy import make_url

from tests.support.databases import SECRET_KEY
from tests.support.receiver import Receiver
from tests.support.server import Json, Server


def assert_log_holds_no_secret(server: Server, receiver: Receiver, jobs: Iterable[Json]) -> None:
    """Check that the log names neither a key nor a password nor where alerts are sent."""
    log = server.log()
    secrets = [server.api_key, receiver.url, receiver.secret, SECRET_KEY]
    secrets += [job["job_key"] for job in jobs]
    if password := make_url(server.database_url).password:
        secrets.append(str(password))
    assert log, "nothing was logged"
    assert [secret for secret in secrets if secret in log] == []
