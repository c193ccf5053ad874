"""DeleteInferenceProfile: an application profile goes; calls that name it are refused from then on."""

from typing import Any

from outcrop.errors import ValidationException
from outcrop.model.control import DeleteInferenceProfileRequest
from outcrop.operations import inference_profiles, resources
from outcrop.operations.call import Call
from outcrop.storage.profiles import ApplicationProfile

ACTION = "bedrock:DeleteInferenceProfile"
INPUT = DeleteInferenceProfileRequest
RESOURCES = resources.PROFILE


async def run(call: Call) -> dict[str, Any]:
    """Nothing; system-defined profiles stay, and say so in words of Outcrop's own (none were recorded)."""
    profile = inference_profiles.find(call, call.input.inference_profile_identifier)
    if not isinstance(profile, ApplicationProfile):
        raise ValidationException("System-defined inference profiles can't be deleted.")
    call.services.profiles.remove(profile.arn)
    return {}
