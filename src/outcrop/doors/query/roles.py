"""Roles: who may assume them is their trust policy's to say, for how long at most their own."""

import msgspec

from outcrop.doors.query.call import Call, Output, boundary_of, checked, listed, quota, tag_list, tags_of, under
from outcrop.doors.query.users import refuse_laden
from outcrop.errors import EntityAlreadyExists
from outcrop.iam.store.values import Entity, unique_id

ROLES = 1000


def create(call: Call) -> Output:
    """CreateRole."""
    name = call.input["RoleName"]
    if call.state.entity("role", name):
        raise EntityAlreadyExists(f"Role with name {name} already exists.")
    quota("RolesPerAccount", ROLES, sum(1 for _ in call.state.all("role")))
    role = Entity(
        kind="role",
        id=unique_id("AROA"),
        name=name,
        created=call.moment,
        path=call.input.get("Path", "/"),
        trust=checked(call.input["AssumeRolePolicyDocument"], "trust"),
        description=call.input.get("Description", ""),
        max_session=call.input.get("MaxSessionDuration", 3600),
        boundary=call.boundary(),
        tags=tags_of(call.input.get("Tags", ())),
    )
    call.draft.put(role)
    return {"Role": whole(role)}


def get(call: Call) -> Output:
    """GetRole."""
    return {"Role": {**whole(call.entity("role")), "RoleLastUsed": {}}}


def list_all(call: Call) -> Output:
    """ListRoles."""
    found = (role for role in call.state.all("role") if under(role.path, call.input.get("PathPrefix")))
    return listed(call, "Roles", found, lambda role: role.name.lower(), shown)


def update(call: Call) -> Output:
    """UpdateRole and UpdateRoleDescription."""
    role = call.entity("role")
    changed = msgspec.structs.replace(
        role,
        description=call.input.get("Description", role.description),
        max_session=call.input.get("MaxSessionDuration", role.max_session),
    )
    call.draft.put(changed)
    return {"Role": whole(changed)}


def update_trust(call: Call) -> Output:
    """UpdateAssumeRolePolicy."""
    role = call.entity("role")
    call.draft.put(msgspec.structs.replace(role, trust=checked(call.input["PolicyDocument"], "trust")))
    return {}


def delete(call: Call) -> Output:
    """DeleteRole."""
    role = call.entity("role")
    refuse_laden(role)
    call.draft.drop(role)
    return {}


def shown(role: Entity) -> Output:
    """A role as lists have it (documented: without tags and boundary)."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": role.trust,
        "Description": role.description or None,
        "MaxSessionDuration": role.max_session,
    }


def whole(role: Entity) -> Output:
    """A role with all there is."""
    return {**shown(role), "PermissionsBoundary": boundary_of(role), "Tags": tag_list(role.tags) or None}
