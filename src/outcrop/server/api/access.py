"""Model access as an administrator sees it: every model's state in the region, who has asked, and the decision.

Asking, giving back and the use case are operations of AWS's and go through `aws/…`. AWS has none that decides on a request
for a Bedrock model; AWS Marketplace's actions on requests for products stand for it (decided).
"""

from typing import Any

import msgspec

from outcrop.access import name_of
from outcrop.chat.features import Model
from outcrop.errors import ResourceNotFoundException, ValidationException
from outcrop.server.api.asked import Asked, Backing
from outcrop.server.api.permissions import require

GRANT = "aws-marketplace:AcceptAgreementApprovalRequest"
DENY = "aws-marketplace:RejectAgreementApprovalRequest"
_STATES = {"REQUESTED": "IN_PROGRESS", "GRANTED": "GRANTED", "DENIED": "DENIED"}


class _Choice(msgspec.Struct, frozen=True, rename="camel"):
    model_id: str


async def show(asked: Asked) -> dict[str, Any]:
    """One row for each model name, as agreements are made, in the catalogue's order; `mode` is "open" or "request"."""
    require(asked, "bedrock:GetFoundationModelAvailability", "")
    backing = asked.backing
    first: dict[str, Model] = {}
    for model in backing.catalogue.listed():
        known = first.setdefault(name_of(model), model)
        if len(model.id) < len(known.id):  # the id without a context variant
            first[name_of(model)] = model
    access = backing.model_access
    return {
        "mode": access.mode,
        "region": backing.region,
        "useCase": access.use_case is not None,
        "models": [_row(model, backing) for model in first.values()],
    }


def _row(model: Model, backing: Backing) -> dict[str, Any]:
    found = backing.model_access.agreement(model, backing.region)
    return {
        "modelId": model.id,
        "name": model.name,
        "provider": model.provider,
        "input": model.input_modalities,
        "output": model.output_modalities,
        "legacy": model.status == "LEGACY",
        "state": _state(model, backing),
        "askedAt": found.asked_at if found else None,
        "askedBy": found.asked_by if found else None,
        "decidedAt": found.decided_at if found else None,
    }


def _state(model: Model, backing: Backing) -> str:
    access = backing.model_access
    if access.mode == "open":
        return "GRANTED"
    if access.lacks_use_case(model):
        return "USE_CASE_REQUIRED"
    found = access.agreement(model, backing.region)
    return _STATES[found.state] if found else "AVAILABLE_TO_REQUEST"


async def grant(asked: Asked) -> dict[str, Any]:
    """Let the account use a model, whether it was asked for or not."""
    return await _decide(asked, granted=True)


async def deny(asked: Asked) -> dict[str, Any]:
    """Refuse a model to the account."""
    return await _decide(asked, granted=False)


async def _decide(asked: Asked, *, granted: bool) -> dict[str, Any]:
    require(asked, GRANT if granted else DENY)
    backing, model_id = asked.backing, asked.body(_Choice).model_id
    model = backing.catalogue.get(model_id)
    if model is None:
        raise ResourceNotFoundException("Model not found")
    if backing.model_access.mode == "open":
        raise ValidationException('Every model is open. Set access = "request" to decide on requests.')
    await backing.model_access.decide(model, backing.region, granted=granted, by=asked.principal.arn)
    return _row(model, backing)
