"""CreateFoundationModelAgreement: ask for a model on the terms of its offer."""

from typing import Any

from outcrop.errors import ConflictException, ValidationException
from outcrop.model.control import CreateFoundationModelAgreementRequest
from outcrop.operations import model_agreements, resources
from outcrop.operations.call import Call

ACTION = "bedrock:CreateFoundationModelAgreement"
INPUT = CreateFoundationModelAgreementRequest
RESOURCES = resources.NONE

WRONG_OFFER = "The provided offer token is invalid."  # decided
EXISTS = "An agreement for this model already exists."  # decided


async def run(call: Call) -> dict[str, Any]:
    """Ask; in mode "request" an administrator decides, else the model is granted already.

    Raises ResourceNotFoundException while a use case is missing, ValidationException for a token that is not the
    offer's, ConflictException when the model was asked for or granted before.
    """
    model = model_agreements.find(call, call.input.model_id)
    if call.input.offer_token != model_agreements.offer_token(model):
        raise ValidationException(WRONG_OFFER)
    call.services.model_access.check_use_case(model)
    found = call.services.model_access.agreement(model, call.region)
    if found and found.state != "DENIED":
        raise ConflictException(EXISTS)
    await call.services.model_access.request(model, call.region, call.principal.arn)
    return {"modelId": model.id}
