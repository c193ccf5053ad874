"""GetModelInvocationLoggingConfiguration: what is logged in a region."""

from typing import Any

from outcrop.model.control import GetModelInvocationLoggingConfigurationRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetModelInvocationLoggingConfiguration"
INPUT = GetModelInvocationLoggingConfigurationRequest
RESOURCES = resources.NONE


async def run(call: Call) -> dict[str, Any]:
    """The configuration as it was put; nothing where nothing is logged."""
    found = call.services.logging.get(call.region)
    return {"loggingConfig": found} if found else {}
