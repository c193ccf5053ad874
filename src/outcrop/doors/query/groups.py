"""Groups and who is in them. A user is in ten groups at most (documented)."""

import msgspec

from outcrop.doors.query.call import Call, Output, listed, quota, under
from outcrop.doors.query.users import refuse_laden
from outcrop.doors.query.users import shown as shown_user
from outcrop.errors import DeleteConflict, EntityAlreadyExists
from outcrop.iam.store.values import Entity, unique_id

GROUPS = 500
GROUPS_PER_USER = 10


def create(call: Call) -> Output:
    """CreateGroup."""
    name = call.input["GroupName"]
    _refuse_taken(call, name)
    quota("GroupsPerAccount", GROUPS, sum(1 for _ in call.state.all("group")))
    path = call.input.get("Path", "/")
    group = Entity(kind="group", id=unique_id("AGPA"), name=name, created=call.moment, path=path)
    call.draft.put(group)
    return {"Group": shown(group)}


def get(call: Call) -> Output:
    """GetGroup: the group and its users."""
    group = call.entity("group")
    users = listed(call, "Users", call.state.members(group), lambda user: user.name.lower(), shown_user)
    return {"Group": shown(group), **users}


def list_all(call: Call) -> Output:
    """ListGroups."""
    found = (group for group in call.state.all("group") if under(group.path, call.input.get("PathPrefix")))
    return listed(call, "Groups", found, lambda group: group.name.lower(), shown)


def list_for_user(call: Call) -> Output:
    """ListGroupsForUser."""
    groups = (call.state.by_id[one] for one in call.entity("user").groups)
    return listed(call, "Groups", groups, lambda group: group.name.lower(), shown)


def update(call: Call) -> Output:
    """UpdateGroup."""
    group = call.entity("group")
    name = call.input.get("NewGroupName", group.name)
    if name.lower() != group.name.lower():
        _refuse_taken(call, name)
    call.draft.put(msgspec.structs.replace(group, name=name, path=call.input.get("NewPath", group.path)))
    return {}


def delete(call: Call) -> Output:
    """DeleteGroup."""
    group = call.entity("group")
    if call.state.members(group):
        raise DeleteConflict("Cannot delete entity, must remove users from group first.")
    refuse_laden(group)
    call.draft.drop(group)
    return {}


def add_user(call: Call) -> Output:
    """AddUserToGroup; adding again changes nothing."""
    group, user = call.entity("group"), call.entity("user")
    if group.id not in user.groups:
        quota("GroupsPerUser", GROUPS_PER_USER, len(user.groups))
        call.draft.put(msgspec.structs.replace(user, groups=(*user.groups, group.id)))
    return {}


def remove_user(call: Call) -> Output:
    """RemoveUserFromGroup; removing who is not in it changes nothing."""
    group, user = call.entity("group"), call.entity("user")
    if group.id in user.groups:
        left = tuple(one for one in user.groups if one != group.id)
        call.draft.put(msgspec.structs.replace(user, groups=left))
    return {}


def shown(group: Entity) -> Output:
    """A group as AWS shows it."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.created,
    }


def _refuse_taken(call: Call, name: str) -> None:
    if call.state.entity("group", name):
        raise EntityAlreadyExists(f"Group with name {name} already exists.")
