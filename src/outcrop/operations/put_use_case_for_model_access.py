"""PutUseCaseForModelAccess: what the account wants Anthropic's models for, once for all of them."""

from typing import Any

from outcrop.model.control import PutUseCaseForModelAccessRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:PutUseCaseForModelAccess"
INPUT = PutUseCaseForModelAccessRequest
RESOURCES = resources.NONE


async def run(call: Call) -> dict[str, Any]:
    """Keep the form, bytes that only its readers understand."""
    await call.services.model_access.submit_use_case(call.input.form_data, call.principal.arn)
    return {}
