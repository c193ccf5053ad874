"""DeleteFoundationModelAgreement: give a model back, or stop asking for it."""

from typing import Any

from outcrop.errors import ResourceNotFoundException
from outcrop.model.control import DeleteFoundationModelAgreementRequest
from outcrop.operations import model_agreements, resources
from outcrop.operations.call import Call

ACTION = "bedrock:DeleteFoundationModelAgreement"
INPUT = DeleteFoundationModelAgreementRequest
RESOURCES = resources.NONE

NONE = "There is no agreement for this model."  # decided


async def run(call: Call) -> dict[str, Any]:
    """Forget the agreement; raises ResourceNotFoundException when there is none."""
    model = model_agreements.find(call, call.input.model_id)
    if call.services.model_access.agreement(model, call.region) is None:
        raise ResourceNotFoundException(NONE)
    await call.services.model_access.revoke(model, call.region)
    return {}
