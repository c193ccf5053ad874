"""CreateInferenceProfile: an application profile, copied from a foundation model or a system-defined profile."""

import secrets
import string
import time
from typing import Any

from outcrop.catalog import identifier
from outcrop.catalog.identifier import Identifier
from outcrop.errors import ResourceNotFoundException, ValidationException
from outcrop.model.control import CreateInferenceProfileRequest
from outcrop.operations import inference_profiles, resources
from outcrop.operations.call import Call
from outcrop.storage.profiles import ApplicationProfile
from outcrop.wire import validate

ACTION = "bedrock:CreateInferenceProfile"
INPUT = CreateInferenceProfileRequest
RESOURCES = resources.NEW_PROFILE

_ALPHABET = string.ascii_lowercase + string.digits
_LENGTH = 12  # recorded: 1arbu5hu2sjr


async def run(call: Call) -> dict[str, Any]:
    """The new profile's ARN; the one a request with the same token has made, as if it were new (service model)."""
    asked: CreateInferenceProfileRequest = call.input
    token = asked.client_request_token
    made = call.services.profiles.asked_for(call.region, token) if token else None
    if made is None:
        made = _profile(call, asked)
        call.services.profiles.add(made)
    return {"inferenceProfileArn": made.arn, "status": "ACTIVE"}


def _profile(call: Call, asked: CreateInferenceProfileRequest) -> ApplicationProfile:
    source = asked.model_source.copy_from
    if source is None:
        null = validate.broken(None, "modelSource.copyFrom", "Member must not be null", show="Value null")
        raise validate.constraint_error([null])
    profile_id = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return ApplicationProfile(
        arn=inference_profiles.arn(call.region, profile_id, kind=inference_profiles.APPLICATION),
        id=profile_id,
        region=call.region,
        name=asked.inference_profile_name,
        description=asked.description,
        source=source,
        model_arns=_model_arns(call, source),
        tags=tuple((tag.key, tag.value) for tag in asked.tags or ()),
        token=asked.client_request_token,
        created=time.time_ns(),
    )


def _model_arns(call: Call, source: str) -> tuple[str, ...]:
    """The models of what `source` names, which has to be of the call's region (reported, with both texts)."""
    named = identifier.parse(source)
    if named is None:
        raise ValidationException("copyFrom must be a valid inference profile model source ARN.")  # reported
    if named.kind == "foundation-model":
        return (_model_arn(call, source, named),)
    profile = call.services.catalogue.profile(named.id)
    if profile is None or source != inference_profiles.arn(call.region, named.id):
        raise ResourceNotFoundException(inference_profiles.NOT_FOUND)
    return tuple(profile.model_arns(call.region))


def _model_arn(call: Call, source: str, named: Identifier) -> str:
    model = call.services.catalogue.get(named.id)
    if model is None or source != identifier.model_arn(call.region, model.id):
        raise ResourceNotFoundException("Model not found")
    return source
