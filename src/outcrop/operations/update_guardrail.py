"""UpdateGuardrail: the draft is what the request says, and nothing of what it was; versions stay as they are."""

from typing import Any

from msgspec.structs import replace

from outcrop.guardrails import DRAFT
from outcrop.guardrails.store import NameTaken
from outcrop.model.control import UpdateGuardrailRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call
from outcrop.operations.inference_profiles import instant

ACTION = "bedrock:UpdateGuardrail"
INPUT = UpdateGuardrailRequest
RESOURCES = resources.GUARDRAIL


async def run(call: Call) -> dict[str, Any]:
    """When it was changed; in effect in every process within a second."""
    kept = call.services.guardrails
    changed = replace(guardrails.find(call), definition=guardrails.defined(call.input), updated_at=kept.now())
    try:
        await kept.update(changed)
    except NameTaken:
        raise guardrails.NAME_TAKEN from None
    return {
        "guardrailArn": guardrails.arn(changed.region, changed.id),
        "guardrailId": changed.id,
        "updatedAt": instant(changed.updated_at * 1000),
        "version": DRAFT,
    }
