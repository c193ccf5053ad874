"""What the operations on model access share: finding the model they are about, and the offer there is for it.

A model has one offer. Its token stands for the model and is the same for everybody; it is no secret, and proves only
that the offer has been read.
"""

import base64
import hashlib

from outcrop.chat.features import Model
from outcrop.errors import ResourceNotFoundException
from outcrop.model.service import service
from outcrop.operations.call import Call
from outcrop.wire import validate

NOT_FOUND = "Model not found"  # reported of CreateInferenceProfile; decided here


def find(call: Call, model_id: str) -> Model:
    """The foundation model with exactly this id; raises ValidationException or ResourceNotFoundException."""
    broken = list(validate.violations(service("bedrock"), "BedrockModelId", model_id, "modelId"))
    if broken:
        raise validate.constraint_error(broken)
    model = call.services.catalogue.get(model_id)
    if model is None:
        raise ResourceNotFoundException(NOT_FOUND)
    return model


def offer_id(model: Model) -> str:
    """The id of the model's offer, in the form of AWS Marketplace's (decided)."""
    digest = hashlib.sha256(f"offer {model.id}".encode()).digest()
    return "offer-" + base64.b32encode(digest).decode().lower()[:13]


def offer_token(model: Model) -> str:
    """The token that an agreement on the model's offer names."""
    return base64.b64encode(hashlib.sha256(f"token {model.id}".encode()).digest()).decode()
