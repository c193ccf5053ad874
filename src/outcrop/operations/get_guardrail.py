"""GetGuardrail: a guardrail's draft, or one of its versions."""

from typing import Any

from outcrop.model.control import GetGuardrailRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call

ACTION = "bedrock:GetGuardrail"
INPUT = GetGuardrailRequest
RESOURCES = resources.GUARDRAIL


async def run(call: Call) -> dict[str, Any]:
    """What it does."""
    return guardrails.shown(guardrails.find(call, call.input.guardrail_version))
