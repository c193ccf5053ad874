"""On what an action is allowed: the ARN a policy has to name, from the input and what there is of it."""

from collections.abc import Mapping
from typing import Any

from outcrop.doors.query.call import arn
from outcrop.iam.keys import Principal
from outcrop.iam.patterns import Value
from outcrop.iam.store.state import State
from outcrop.iam.store.values import Kind

_PATHS = {"users": "user", "groups": "group", "roles": "role", "policies": "policy"}


def resource(kind: str, given: Mapping[str, Any], state: State, principal: Principal) -> str:
    """The ARN of what `kind` stands for: named things with their path, lists with the path they are asked for."""
    if kind == "any":
        return "*"
    if kind == "source":
        return str(given["PolicySourceArn"])
    if kind in _PATHS:
        return arn(_PATHS[kind], given.get("PathPrefix", "/"))
    if kind == "policy":
        return str(given.get("PolicyArn") or arn("policy", given.get("Path", "/"), given["PolicyName"]))
    if kind == "key":
        key = state.keys.get(given["AccessKeyId"])
        owner = state.by_id.get(key.user) if key else None
        return owner.arn if owner else arn("user", "/", "*")
    return _entity("user" if kind == "user" else "group" if kind == "group" else "role", given, state, principal)


def keys(given: Mapping[str, Any], target: str, state: State) -> dict[str, Value]:
    """The condition keys an action gives: tags asked for, tags there are, the policy and the boundary it is about."""
    found: dict[str, Value] = {}
    tags = given.get("Tags", ())
    if tags:
        found["aws:tagkeys"] = tuple(tag["Key"] for tag in tags)
        found |= {f"aws:requesttag/{tag['Key'].lower()}": tag["Value"] for tag in tags}
    entity = next((one for one in state.by_id.values() if one.arn == target), None) if state.by_id else None
    for key, value in entity.tags.items() if entity else ():
        found[f"aws:resourcetag/{key.lower()}"] = found[f"iam:resourcetag/{key.lower()}"] = value
    if policy := given.get("PolicyArn"):
        found["iam:policyarn"] = policy
    boundary = given.get("PermissionsBoundary") or (entity.boundary if entity else None)
    if boundary:
        found["iam:permissionsboundary"] = boundary
    return found


def _entity(kind: Kind, given: Mapping[str, Any], state: State, principal: Principal) -> str:
    name = given.get(f"{kind.capitalize()}Name")
    if name is None:  # the caller's own
        return principal.arn
    found = state.entity(kind, name)
    return found.arn if found else arn(kind, given.get("Path", "/"), name)
