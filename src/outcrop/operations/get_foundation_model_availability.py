"""GetFoundationModelAvailability: whether the account may use a model in the region, and what is missing."""

from typing import Any

from outcrop.chat.features import Model
from outcrop.model.control import GetFoundationModelAvailabilityRequest
from outcrop.operations import model_agreements, resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetFoundationModelAvailability"
INPUT = GetFoundationModelAvailabilityRequest
RESOURCES = resources.NONE

_STATUS = {"REQUESTED": "PENDING", "GRANTED": "AVAILABLE", "DENIED": "ERROR"}
DENIED = "The request for access to this model was denied."  # decided
USE_CASE_FIRST = "Model use case details have not been submitted for this account"  # documented, of invocations


async def run(call: Call) -> dict[str, Any]:
    """The four statuses of the model; who may ask is authorized, and every region has every model."""
    model = model_agreements.find(call, call.input.model_id)
    granted = call.services.model_access.granted(model, call.region) and not call.services.model_access.lacks_use_case(
        model
    )
    return {
        "agreementAvailability": _agreement(call, model),
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE" if granted else "NOT_AVAILABLE",
        "modelId": model.id,
        "regionAvailability": "AVAILABLE",
    }


def _agreement(call: Call, model: Model) -> dict[str, str]:
    if call.services.model_access.mode == "open":
        return {"status": "AVAILABLE"}
    if call.services.model_access.lacks_use_case(model):
        return {"errorMessage": USE_CASE_FIRST, "status": "NOT_AVAILABLE"}
    found = call.services.model_access.agreement(model, call.region)
    status = _STATUS[found.state] if found else "NOT_AVAILABLE"
    return {"errorMessage": DENIED, "status": status} if status == "ERROR" else {"status": status}
