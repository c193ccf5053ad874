"""ListGuardrails: the drafts of a region, or all versions of one guardrail, page by page."""

import base64
import binascii
from typing import Any

from outcrop.errors import ValidationException
from outcrop.guardrails import Guardrail
from outcrop.model.control import ListGuardrailsRequest
from outcrop.operations import guardrails, resources
from outcrop.operations.call import Call

ACTION = "bedrock:ListGuardrails"
INPUT = ListGuardrailsRequest
RESOURCES = resources.GUARDRAIL

MOST = 1000  # results of a page, the service model's limit


async def run(call: Call) -> dict[str, Any]:
    """One page; the oldest first, and of one guardrail the draft (decided: no order is documented)."""
    asked: ListGuardrailsRequest = call.input
    after = _place(asked.next_token) if asked.next_token else None
    rest = [found for found in _all(call) if after is None or _place_of(found) > after]
    page = rest[: asked.max_results or MOST]
    return {
        "guardrails": [guardrails.summary(found) for found in page],
        "nextToken": _token(page[-1]) if len(rest) > len(page) else None,
    }


def _all(call: Call) -> list[Guardrail]:
    if call.input.guardrail_identifier is None:
        return call.services.guardrails.drafts(call.region)
    found = guardrails.find(call)
    return call.services.guardrails.versions(found.region, found.id)


def _place_of(guardrail: Guardrail) -> tuple[int, int, str]:
    """Where it stands in either list, whatever comes and goes."""
    return guardrail.number, guardrail.created_at, guardrail.id


def _token(guardrail: Guardrail) -> str:
    """What continues after it; opaque to callers, as AWS's is."""
    number, created_at, guardrail_id = _place_of(guardrail)
    return base64.urlsafe_b64encode(f"{number}:{created_at}:{guardrail_id}".encode()).decode()


def _place(token: str) -> tuple[int, int, str]:
    try:
        number, created_at, guardrail_id = base64.urlsafe_b64decode(token).decode().split(":")
        return int(number), int(created_at), guardrail_id
    except (binascii.Error, ValueError) as error:
        raise ValidationException("The provided nextToken is invalid.") from error  # not recorded
