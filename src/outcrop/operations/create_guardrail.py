"""CreateGuardrail: a guardrail, as its draft."""

from typing import Any

from outcrop.guardrails import DRAFT, Guardrail
from outcrop.guardrails.guardrail import new_id
from outcrop.guardrails.store import NameTaken
from outcrop.model.control import CreateGuardrailRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call
from outcrop.operations.inference_profiles import instant

ACTION = "bedrock:CreateGuardrail"
INPUT = CreateGuardrailRequest
RESOURCES = resources.NEW_GUARDRAIL


async def run(call: Call) -> dict[str, Any]:
    """The new guardrail's ARN; the one a request with the same token has made, as if it were new (service model)."""
    asked: CreateGuardrailRequest = call.input
    kept = call.services.guardrails
    made = kept.made_by(call.region, asked.client_request_token)
    if made is None:
        now = kept.now()
        made = Guardrail(
            region=call.region,
            id=new_id(),
            version=DRAFT,
            definition=guardrails.defined(asked),
            created_at=now,
            updated_at=now,
            token=asked.client_request_token,
            tags=tuple((tag.key, tag.value) for tag in asked.tags or ()),
        )
        try:
            await kept.create(made)
        except NameTaken:
            raise guardrails.NAME_TAKEN from None
    return {
        "createdAt": instant(made.created_at * 1000),
        "guardrailArn": guardrails.arn(made.region, made.id),
        "guardrailId": made.id,
        "version": DRAFT,
    }
