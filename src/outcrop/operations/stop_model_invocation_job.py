"""StopModelInvocationJob: nothing more is asked; what was answered is delivered."""

from typing import Any

from outcrop.errors import ConflictException
from outcrop.model.control import StopModelInvocationJobRequest
from outcrop.operations import jobs, resources
from outcrop.operations.call import Call

ACTION = "bedrock:StopModelInvocationJob"
INPUT = StopModelInvocationJobRequest
RESOURCES = resources.JOB

ENDED = "The model invocation job is {} and cannot be stopped."  # decided


async def run(call: Call) -> dict[str, Any]:
    """Nothing; raises ConflictException for a job that has ended (service model)."""
    job = await jobs.find(call)
    if not await call.services.jobs.stop(call.region, job.id):
        raise ConflictException(ENDED.format(job.status))
    return {}
