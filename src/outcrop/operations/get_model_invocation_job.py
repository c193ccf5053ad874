"""GetModelInvocationJob: one batch job, how far it is and how it ended."""

from typing import Any

from outcrop.model.control import GetModelInvocationJobRequest
from outcrop.operations import jobs, resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetModelInvocationJob"
INPUT = GetModelInvocationJobRequest
RESOURCES = resources.JOB


async def run(call: Call) -> dict[str, Any]:
    """The job, by id or ARN."""
    return jobs.shown(await jobs.find(call))
