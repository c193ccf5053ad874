"""ListInferenceProfiles: the system-defined profiles of a region, or the account's own there, page by page."""

import base64
import binascii
from itertools import islice
from typing import Any

from outcrop.errors import ValidationException
from outcrop.model.control import ListInferenceProfilesRequest
from outcrop.operations import inference_profiles, resources
from outcrop.operations.call import Call
from outcrop.operations.inference_profiles import Profile

ACTION = "bedrock:ListInferenceProfiles"
INPUT = ListInferenceProfilesRequest
RESOURCES = resources.NONE

MOST = 1000  # results of a page, the service model's limit


async def run(call: Call) -> dict[str, Any]:
    """One page; without a type the system-defined ones (reported: application profiles have to be asked for)."""
    kind = call.input.type_equals or "SYSTEM_DEFINED"
    after = _position(call.input.next_token, kind) if call.input.next_token else -1
    rest = ((position, profile) for position, profile in _ordered(call, kind) if position > after)
    page = list(islice(rest, call.input.max_results or MOST))
    more = next(rest, None) is not None
    return {
        "inferenceProfileSummaries": [inference_profiles.shown(profile, call.region) for _, profile in page],
        "nextToken": _token(page[-1][0], kind) if more else None,
    }


def _ordered(call: Call, kind: str) -> list[tuple[int, Profile]]:
    """The profiles, each with a position that stays its own when others come and go."""
    if kind == "APPLICATION":
        return [(profile.created, profile) for profile in call.services.profiles.in_region(call.region)]
    return list(enumerate(call.services.catalogue.profiles(call.region)))


def _token(position: int, kind: str) -> str:
    """What continues after `position`; opaque to callers, as AWS's is."""
    return base64.urlsafe_b64encode(f"{kind}:{position}".encode()).decode()


def _position(token: str, kind: str) -> int:
    try:
        named, _, position = base64.urlsafe_b64decode(token).decode().partition(":")
        if named == kind:
            return int(position)
    except (binascii.Error, ValueError):
        pass  # no token of ours either
    raise ValidationException("The provided nextToken is invalid.")  # not recorded
