"""Every route of the Management API: the least role that may use it, and a body that it takes."""

from fastapi.routing import iter_route_contexts

from cronbeats.api.app import build_routes
from cronbeats.domain.access import Role
from cronbeats.senders.protocol import Senders
from tests.support.world import Json, World

READ, CHANGE_JOBS, CHANGE_INTEGRATIONS = Role.VIEWER, Role.MEMBER, Role.ADMIN
READ_AUDIT_LOG = Role.ADMIN
SCHEDULE = {"expected_interval_seconds": 60}

ROUTES: dict[str, tuple[Role, Json | None]] = {
    "POST /jobs": (CHANGE_JOBS, {"name": "x", **SCHEDULE}),
    "GET /jobs": (READ, None),
    "GET /jobs/{job_id}": (READ, None),
    "PUT /jobs/by-name/{name}": (CHANGE_JOBS, SCHEDULE),
    "PUT /jobs/{job_id}/update": (CHANGE_JOBS, {"name": "y"}),
    "PATCH /jobs/{job_id}": (CHANGE_JOBS, {"name": "y"}),
    "POST /jobs/{job_id}/delete": (CHANGE_JOBS, None),
    "DELETE /jobs/{job_id}": (CHANGE_JOBS, None),
    "POST /jobs/bulk/pause": (CHANGE_JOBS, {"job_ids": [999_999]}),
    "POST /jobs/bulk/resume": (CHANGE_JOBS, {"job_ids": [999_999]}),
    "POST /jobs/bulk/delete": (CHANGE_JOBS, {"job_ids": [999_999]}),
    "POST /jobs/bulk/mute": (CHANGE_JOBS, {"job_ids": [999_999], "seconds": 60}),
    "POST /jobs/bulk/unmute": (CHANGE_JOBS, {"job_ids": [999_999]}),
    "POST /jobs/{job_id}/mute": (CHANGE_JOBS, {"seconds": 60}),
    "POST /jobs/{job_id}/unmute": (CHANGE_JOBS, None),
    "POST /jobs/{job_id}/pause": (CHANGE_JOBS, None),
    "POST /jobs/{job_id}/resume": (CHANGE_JOBS, None),
    "GET /jobs/{job_id}/explain": (READ, None),
    "GET /jobs/{job_id}/signals": (READ, None),
    "GET /jobs/{job_id}/signals/{signal_id}/output": (READ, None),
    "GET /jobs/{job_id}/runs": (READ, None),
    "GET /jobs/{job_id}/incidents": (READ, None),
    "GET /jobs/{job_id}/schedule-preview": (READ, None),
    "POST /schedule-preview": (READ, SCHEDULE),
    "GET /blind-windows": (READ, None),
    "GET /deliveries": (READ, None),
    "GET /me": (READ, None),
    "GET /metrics": (READ, None),
    "GET /audit-log": (READ_AUDIT_LOG, None),
    "GET /integrations": (READ, None),
    "GET /integrations/alert-rules": (READ, None),
    "PUT /integrations/alert-rules": (CHANGE_INTEGRATIONS, {"alert_on_down": False}),
    "POST /integrations/drill": (CHANGE_INTEGRATIONS, None),
    "PUT /integrations/webhook": (CHANGE_INTEGRATIONS, {"is_enabled": False}),
    "POST /integrations/webhook/test": (CHANGE_INTEGRATIONS, None),
}


def all_routes(senders: Senders) -> set[str]:
    """List what the API itself says that it answers."""
    return {
        f"{method} {(route.path_format or '').removeprefix('/api/v1')}"
        for route in iter_route_contexts(build_routes(senders).routes)
        for method in route.methods or ()
    }


async def ids_of_new_job(world: World) -> dict[str, int | str]:
    """Make a job that has told something; return the ids that are in the paths of its routes."""
    job = await world.make_job()
    await world.ping(job, content=b"output")
    answer = await world.api("GET", f"/jobs/{job['id']}/signals")
    signal_id = answer.json()["data"]["signals"][0]["id"]
    return {"job_id": job["id"], "signal_id": signal_id, "name": "Declared"}
