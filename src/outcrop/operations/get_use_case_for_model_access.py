"""GetUseCaseForModelAccess: the use case that the account has submitted."""

import base64
from typing import Any

from outcrop.errors import ResourceNotFoundException
from outcrop.model.control import GetUseCaseForModelAccessRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetUseCaseForModelAccess"
INPUT = GetUseCaseForModelAccessRequest
RESOURCES = resources.NONE
NONE_YET = "Model use case details have not been submitted for this account"  # documented, of invocations


async def run(call: Call) -> dict[str, Any]:
    """The form as it was submitted; raises ResourceNotFoundException when it never was."""
    form = call.services.model_access.use_case
    if form is None:
        raise ResourceNotFoundException(NONE_YET)
    return {"formData": base64.b64encode(form).decode()}
