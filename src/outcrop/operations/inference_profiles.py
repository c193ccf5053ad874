"""What the operations on inference profiles share: finding one by id or ARN, and how AWS shows one.

System-defined profiles are the catalogue's, application profiles the account's own. Any system-defined profile is found
in any region, as the Runtime takes it; only lists are those of a region.
"""

import datetime
from typing import Any

from outcrop.catalog import identifier
from outcrop.catalog.profiles import SystemProfile
from outcrop.errors import ResourceNotFoundException
from outcrop.iam.keys import ACCOUNT
from outcrop.model.service import service
from outcrop.operations.call import Call
from outcrop.storage.profiles import ApplicationProfile
from outcrop.wire import validate

APPLICATION = "application-inference-profile"
NOT_FOUND = "Inference profile not found"  # reported of CreateInferenceProfile's source (2026-09)

Profile = SystemProfile | ApplicationProfile


def find(call: Call, profile_identifier: str) -> Profile:
    """The profile with this id or ARN in the call's region; raises ValidationException or ResourceNotFoundException."""
    broken = list(
        validate.violations(
            service("bedrock"), "InferenceProfileIdentifier", profile_identifier, "inferenceProfileIdentifier"
        )
    )
    if broken:
        raise validate.constraint_error(broken)
    named = identifier.parse(profile_identifier)
    profile: Profile | None = None
    if named and named.region in (None, call.region):
        profile = call.services.profiles.get(
            arn(call.region, named.id, kind=APPLICATION)
        ) or call.services.catalogue.profile(named.id)
    if profile is None or (named and named.region and profile_identifier != arn_of(profile, call.region)):
        raise ResourceNotFoundException(NOT_FOUND)
    return profile


def arn(region: str, profile_id: str, *, kind: str = "inference-profile") -> str:
    """The ARN of a profile of this account."""
    return identifier.profile_arn(region, ACCOUNT, profile_id, kind=kind)


def arn_of(profile: Profile, region: str) -> str:
    """The profile's ARN in `region`."""
    return profile.arn if isinstance(profile, ApplicationProfile) else arn(region, profile.id)


def shown(profile: Profile, region: str) -> dict[str, Any]:
    """The profile's members in AWS's order, as a summary has them; null where there is none (recorded)."""
    if isinstance(profile, ApplicationProfile):
        created, description, model_arns = instant(profile.created), profile.description, list(profile.model_arns)
    else:
        created = f"{profile.created.isoformat()}T00:00:00Z"
        description, model_arns = profile.description(region), profile.model_arns(region)
    return {
        "createdAt": created,
        "description": description,
        "inferenceProfileArn": arn_of(profile, region),
        "inferenceProfileId": profile.id,
        "inferenceProfileName": profile.name,
        "models": [{"modelArn": model_arn} for model_arn in model_arns],
        "status": "ACTIVE",
        "type": "APPLICATION" if isinstance(profile, ApplicationProfile) else "SYSTEM_DEFINED",
        "updatedAt": created,
    }


def instant(nanoseconds: int) -> str:
    """A moment since 1970 as AWS writes it, ``2026-07-13T14:00:42.680622107Z``: as many digits as it needs, by threes."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    digits = f"{rest:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    whole = datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{digits}Z" if digits else f"{whole}Z"
