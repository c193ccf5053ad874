"""GetFoundationModel: one model of the catalogue."""

from typing import Any

from outcrop.catalog.summary import details
from outcrop.errors import ValidationException
from outcrop.model.control import GetFoundationModelRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetFoundationModel"
INPUT = GetFoundationModelRequest
RESOURCES = resources.MODEL_IDENTIFIER


async def run(call: Call) -> dict[str, Any]:
    """The details of a foundation model, by id or ARN."""
    model = call.services.catalogue.get(call.input.model_identifier)
    if model is None:
        raise ValidationException("The provided model identifier is invalid.")
    return {"modelDetails": details(model, call.region, call.services.catalogue.day)}
