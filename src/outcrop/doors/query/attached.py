"""Policies of a user, group or role: inline ones, attached ones, and the permissions boundary; one way for all three kinds.

Which kind is meant shows in the input (UserName, GroupName or RoleName). Inline sizes count without white space, in all.
"""

import msgspec

from outcrop.doors.query.call import Call, Output, checked, listed, quota, under
from outcrop.errors import LimitExceeded, NoSuchEntity
from outcrop.iam.store.values import Entity, Kind

ATTACHED = {"user": 10, "group": 10, "role": 10}
INLINE_SIZE = {"user": 2048, "group": 5120, "role": 10_240}
_KINDS: tuple[Kind, ...] = ("user", "group", "role")


def put(call: Call) -> Output:
    """PutUserPolicy, PutGroupPolicy, PutRolePolicy."""
    entity, name = _entity(call), call.input["PolicyName"]
    inline = {**entity.inline, name: checked(call.input["PolicyDocument"], "inline")}
    limit = INLINE_SIZE[entity.kind]
    if sum(len("".join(document.split())) for document in inline.values()) > limit:
        raise LimitExceeded(f"Maximum policy size of {limit} bytes exceeded for {entity.kind} {entity.name}")
    call.draft.put(msgspec.structs.replace(entity, inline=inline))
    return {}


def get(call: Call) -> Output:
    """GetUserPolicy, GetGroupPolicy, GetRolePolicy."""
    entity = _entity(call)
    name = _inline(call, entity)
    owner = f"{entity.kind.capitalize()}Name"
    return {owner: entity.name, "PolicyName": name, "PolicyDocument": entity.inline[name]}


def list_inline(call: Call) -> Output:
    """ListUserPolicies, ListGroupPolicies, ListRolePolicies."""
    return listed(call, "PolicyNames", _entity(call).inline, str, str)


def delete(call: Call) -> Output:
    """DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy."""
    entity = _entity(call)
    gone = _inline(call, entity)
    kept = {name: document for name, document in entity.inline.items() if name != gone}
    call.draft.put(msgspec.structs.replace(entity, inline=kept))
    return {}


def attach(call: Call) -> Output:
    """AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy; attaching again changes nothing."""
    entity = _entity(call)
    arn = call.policy(call.input["PolicyArn"], attach=True).arn
    if arn not in entity.attached:
        quota(f"PoliciesPer{entity.kind.capitalize()}", ATTACHED[entity.kind], len(entity.attached))
        call.draft.put(msgspec.structs.replace(entity, attached=(*entity.attached, arn)))
    return {}


def detach(call: Call) -> Output:
    """DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy."""
    entity, arn = _entity(call), call.input["PolicyArn"]
    if arn not in entity.attached:
        raise NoSuchEntity(f"Policy {arn} was not found.")
    left = tuple(one for one in entity.attached if one != arn)
    call.draft.put(msgspec.structs.replace(entity, attached=left))
    return {}


def list_attached(call: Call) -> Output:
    """ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies."""
    found = [call.policy(arn) for arn in _entity(call).attached]
    within = (policy for policy in found if under(policy.path, call.input.get("PathPrefix")))
    return listed(
        call,
        "AttachedPolicies",
        within,
        lambda policy: policy.arn,
        lambda policy: {"PolicyName": policy.name, "PolicyArn": policy.arn},
    )


def put_boundary(call: Call) -> Output:
    """PutUserPermissionsBoundary, PutRolePermissionsBoundary."""
    entity = _entity(call)
    call.draft.put(msgspec.structs.replace(entity, boundary=call.boundary()))
    return {}


def delete_boundary(call: Call) -> Output:
    """DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary."""
    entity = _entity(call)
    if entity.boundary is None:
        raise NoSuchEntity(f"The {entity.kind} with name {entity.name} does not have a permissions boundary.")
    call.draft.put(msgspec.structs.replace(entity, boundary=None))
    return {}


def _entity(call: Call) -> Entity:
    return call.entity(next(kind for kind in _KINDS if f"{kind.capitalize()}Name" in call.input))


def _inline(call: Call, entity: Entity) -> str:
    """The name of the inline policy the input names, which has to be there."""
    name: str = call.input["PolicyName"]
    if name not in entity.inline:
        raise NoSuchEntity(f"The {entity.kind} policy with name {name} cannot be found.")
    return name
