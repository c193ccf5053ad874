"""DeleteGuardrail: one version, or a guardrail with all of its versions; calls that name it are refused from then on."""

from typing import Any

from outcrop.model.control import DeleteGuardrailRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call

ACTION = "bedrock:DeleteGuardrail"
INPUT = DeleteGuardrailRequest
RESOURCES = resources.GUARDRAIL


async def run(call: Call) -> dict[str, Any]:
    """Nothing."""
    version: str | None = call.input.guardrail_version
    found = guardrails.find(call, version)
    await call.services.guardrails.delete(found.region, found.id, version)
    return {}
