"""GetInferenceProfile: one inference profile, system-defined or the account's own."""

from typing import Any

from outcrop.model.control import GetInferenceProfileRequest
from outcrop.operations import inference_profiles, resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetInferenceProfile"
INPUT = GetInferenceProfileRequest
RESOURCES = resources.PROFILE


async def run(call: Call) -> dict[str, Any]:
    """The profile, by id or ARN, with the member AWS adds (recorded: ``"toolboxArn":null``)."""
    profile = inference_profiles.find(call, call.input.inference_profile_identifier)
    members = {**inference_profiles.shown(profile, call.region), "toolboxArn": None}
    return dict(sorted(members.items()))
