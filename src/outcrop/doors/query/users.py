"""Users: made, shown, renamed, deleted; their tags. The caller's own where no name is given, and root's, who has none.

Texts are reported; the order of conflicts before deletion is decided.
"""

import msgspec

from outcrop.doors.query.call import Call, Output, boundary_of, listed, quota, tag_list, tags_of, under
from outcrop.errors import DeleteConflict, EntityAlreadyExists
from outcrop.iam.keys import ACCOUNT, ROOT_ARN
from outcrop.iam.store.values import Entity, unique_id

USERS = 5000


def create(call: Call) -> Output:
    """CreateUser."""
    name = call.input["UserName"]
    _refuse_taken(call, name)
    quota("UsersPerAccount", USERS, sum(1 for _ in call.state.all("user")))
    user = Entity(
        kind="user",
        id=unique_id("AIDA"),
        name=name,
        created=call.moment,
        path=call.input.get("Path", "/"),
        boundary=call.boundary(),
        tags=tags_of(call.input.get("Tags", ())),
    )
    call.draft.put(user)
    return {"User": whole(user)}


def get(call: Call) -> Output:
    """GetUser."""
    if "UserName" not in call.input and call.principal.root:
        return {"User": {"Path": "/", "UserName": "root", "UserId": ACCOUNT, "Arn": ROOT_ARN, "CreateDate": 0}}
    return {"User": whole(call.user())}


def list_all(call: Call) -> Output:
    """ListUsers."""
    found = (user for user in call.state.all("user") if under(user.path, call.input.get("PathPrefix")))
    return listed(call, "Users", found, lambda user: user.name.lower(), shown)


def update(call: Call) -> Output:
    """UpdateUser."""
    user = call.entity("user")
    name = call.input.get("NewUserName", user.name)
    if name.lower() != user.name.lower():
        _refuse_taken(call, name)
    call.draft.put(msgspec.structs.replace(user, name=name, path=call.input.get("NewPath", user.path)))
    return {}


def delete(call: Call) -> Output:
    """DeleteUser."""
    user = call.entity("user")
    refuse_laden(user)
    for what, held in (
        ("delete access keys", call.state.keys_of(user)),
        ("remove users from group", user.groups),
        ("delete service specific credentials", call.state.credentials_of(user)),
    ):
        if held:
            raise DeleteConflict(f"Cannot delete entity, must {what} first.")
    call.draft.drop(user)
    return {}


def tag(call: Call) -> Output:
    """TagUser and TagRole."""
    entity = _tagged(call)
    call.draft.put(msgspec.structs.replace(entity, tags=tags_of(call.input["Tags"], entity.tags)))
    return {}


def untag(call: Call) -> Output:
    """UntagUser and UntagRole."""
    entity = _tagged(call)
    gone = {key.lower() for key in call.input["TagKeys"]}
    kept = {key: value for key, value in entity.tags.items() if key.lower() not in gone}
    call.draft.put(msgspec.structs.replace(entity, tags=kept))
    return {}


def list_tags(call: Call) -> Output:
    """ListUserTags and ListRoleTags."""
    return listed(call, "Tags", tag_list(_tagged(call).tags), lambda one: one["Key"].lower(), lambda one: one)


def refuse_laden(entity: Entity) -> None:
    """Refuse to delete what policies hang on."""
    if entity.attached:
        raise DeleteConflict("Cannot delete entity, must detach all policies first.")
    if entity.inline:
        raise DeleteConflict("Cannot delete entity, must delete policies first.")


def shown(user: Entity) -> Output:
    """A user as lists have it (documented: without tags and boundary)."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }


def whole(user: Entity) -> Output:
    """A user with all there is."""
    return {**shown(user), "PermissionsBoundary": boundary_of(user), "Tags": tag_list(user.tags) or None}


def _tagged(call: Call) -> Entity:
    return call.entity("role" if "RoleName" in call.input else "user")


def _refuse_taken(call: Call, name: str) -> None:
    if call.state.entity("user", name):
        raise EntityAlreadyExists(f"User with name {name} already exists.")
