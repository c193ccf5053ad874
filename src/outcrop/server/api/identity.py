"""Users, groups, policies and keys: IAM's own actions, as JSON. Names, checks, policies and refusals are the Query door's.

Input and output have AWS's member names; times are microseconds since 1970.
"""

from typing import Any

from outcrop.doors.query.table import IAM
from outcrop.errors import ResourceNotFoundException
from outcrop.server.api.asked import Asked


async def perform(asked: Asked) -> Any:
    """The output of the action that the path names, for the input in the body."""
    if asked.rest not in IAM:
        raise ResourceNotFoundException(f"IAM has no action {asked.rest} here.")
    backing, value = asked.backing, asked.body(dict[str, Any])
    return await backing.identity.perform(asked.principal, backing.region, "iam", asked.rest, value, asked.request)
