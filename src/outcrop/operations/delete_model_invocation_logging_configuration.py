"""DeleteModelInvocationLoggingConfiguration: log no more in a region."""

from typing import Any

from outcrop.model.control import DeleteModelInvocationLoggingConfigurationRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:DeleteModelInvocationLoggingConfiguration"
INPUT = DeleteModelInvocationLoggingConfigurationRequest
RESOURCES = resources.NONE


async def run(call: Call) -> dict[str, Any]:
    """Forget the configuration, if there is one."""
    await call.services.logging.delete(call.region)
    return {}
