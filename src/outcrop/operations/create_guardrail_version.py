"""CreateGuardrailVersion: the draft as it is now, under the next number, never to change."""

from typing import Any

from outcrop.model.control import CreateGuardrailVersionRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call

ACTION = "bedrock:CreateGuardrailVersion"
INPUT = CreateGuardrailVersionRequest
RESOURCES = resources.GUARDRAIL


async def run(call: Call) -> dict[str, Any]:
    """The version; the one a request with the same token has made, as if it were new (service model)."""
    asked: CreateGuardrailVersionRequest = call.input
    draft, kept = guardrails.find(call), call.services.guardrails
    made = kept.made_by(call.region, asked.client_request_token)
    if made is None or made.id != draft.id:
        made = await kept.publish(draft, asked.description, asked.client_request_token)
    return {"guardrailId": made.id, "version": made.version}
