"""An error that nobody foresaw is told by its number in the log, and by nothing else."""

from collections.abc import Mapping

import httpx
from structlog.testing import capture_logs

from cronbeats.app import App
from cronbeats.domain.alert import Alert
from cronbeats.domain.delivery import Delivery
from cronbeats.domain.integration import IntegrationKind
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.api.answers import problem_of
from tests.support.recording_sender import RecordingSender
from tests.support.world import World


class BrokenSender(RecordingSender):
    """Has a bug wherever it is used."""

    @staticmethod
    def explain_bad(config: Mapping[str, str]) -> dict[str, list[str]]:
        raise RuntimeError(f"cannot read {config}")

    async def send(self, config: Mapping[str, str], alert: Alert) -> Delivery:
        raise ValueError(f"cannot send {config} with {alert}")


async def test_a_bug_is_told_by_a_request_id_and_without_its_words(world: World) -> None:
    senders = {IntegrationKind.WEBHOOK: BrokenSender()}
    app = App(Settings(), world.db, world.clock, senders)
    await world.http.aclose()
    world.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
    )
    for method, path, body in (
        ("PUT", "/integrations/webhook", {"secret": "s3cret-s3cret"}),
        ("POST", "/integrations/webhook/test", None),
    ):
        with capture_logs() as log:
            answer = await world.api(method, path, body)
        told = problem_of(answer, 500, "internal_error", more=frozenset({"request_id"}))
        assert told["request_id"] == answer.headers["X-Request-ID"]
        for word in ("cannot", "s3cret", "receiver.test", "Error", "Traceback"):
            assert word not in answer.text
        [entry] = log
        assert (entry["event"], entry["request_id"]) == ("request_failed", told["request_id"])
        assert "cannot" in str(entry["exc_info"])


async def test_a_database_that_is_away_is_told_so_with_when_to_come_back(world: World) -> None:
    missing = Database("sqlite:////nonexistent/directory/cronbeats.db")
    app = App(Settings(), missing, world.clock, world.senders)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
    ) as http:
        answer = await http.get("/api/v1/jobs", headers={"X-API-Key": world.api_key})
    told = problem_of(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert "nonexistent" not in told["message"]
    await missing.close()
