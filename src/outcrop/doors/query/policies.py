"""Managed policies and their versions: five at most, one in force; AWS's own can be read and attached, never changed."""

import msgspec

from outcrop.doors.query.call import Call, Output, checked, listed, quota, tag_list, tags_of, under
from outcrop.errors import AccessDenied, DeleteConflict, EntityAlreadyExists, LimitExceeded, NoSuchEntity
from outcrop.iam.keys import ACCOUNT
from outcrop.iam.managed import AWS_POLICIES
from outcrop.iam.store.values import Entity, ManagedPolicy, Version, unique_id

POLICIES = 1500
VERSIONS = 5


def create(call: Call) -> Output:
    """CreatePolicy."""
    name, path = call.input["PolicyName"], call.input.get("Path", "/")
    if any(policy.name.lower() == name.lower() for policy in call.state.policies.values()):
        raise EntityAlreadyExists(f"A policy called {name} already exists. Duplicate names are not allowed.")
    quota("PoliciesPerAccount", POLICIES, len(call.state.policies))
    document = checked(call.input["PolicyDocument"], "managed")
    policy = ManagedPolicy(
        id=unique_id("ANPA"),
        name=name,
        created=call.moment,
        updated=call.moment,
        versions=(Version(1, document, call.moment),),
        path=path,
        description=call.input.get("Description", ""),
        tags=tags_of(call.input.get("Tags", ())),
    )
    call.draft.put(policy)
    return {"Policy": {**shown(call, policy), "Tags": tag_list(policy.tags) or None}}


def get(call: Call) -> Output:
    """GetPolicy."""
    policy = call.policy(call.input["PolicyArn"])
    more = {"Description": policy.description or None, "Tags": tag_list(policy.tags)}
    return {"Policy": {**shown(call, policy), **more}}


def list_all(call: Call) -> Output:
    """ListPolicies."""
    scope, usage = call.input.get("Scope", "All"), call.input.get("PolicyUsageFilter")
    found: list[ManagedPolicy] = []
    if scope != "AWS":
        found += call.state.policies.values()
    if scope != "Local":
        found += AWS_POLICIES.values()
    if call.input.get("OnlyAttached") or usage == "PermissionsPolicy":
        found = [policy for policy in found if call.state.attached_to(policy.arn)]
    if usage == "PermissionsBoundary":
        found = [policy for policy in found if call.state.bounded_by(policy.arn)]
    within = (policy for policy in found if under(policy.path, call.input.get("PathPrefix")))
    return listed(call, "Policies", within, lambda policy: policy.arn, lambda policy: shown(call, policy))


def delete(call: Call) -> Output:
    """DeletePolicy."""
    policy = _own(call)
    if call.state.attached_to(policy.arn) or call.state.bounded_by(policy.arn):
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
    call.draft.drop(policy)
    return {}


def create_version(call: Call) -> Output:
    """CreatePolicyVersion."""
    policy = _own(call)
    document = checked(call.input["PolicyDocument"], "managed")
    if len(policy.versions) >= VERSIONS:
        raise LimitExceeded(
            f"A managed policy can have up to {VERSIONS} versions. Before you create a new version, you must delete an "
            "existing version."
        )
    version = Version(policy.last + 1, document, call.moment)
    default = version.number if call.input.get("SetAsDefault") else policy.default
    versions = (*policy.versions, version)
    changed = msgspec.structs.replace(
        policy, versions=versions, last=version.number, default=default, updated=call.moment
    )
    call.draft.put(changed)
    return {"PolicyVersion": shown_version(changed, version)}


def get_version(call: Call) -> Output:
    """GetPolicyVersion."""
    policy = call.policy(call.input["PolicyArn"])
    version = _version(call, policy)
    return {"PolicyVersion": {"Document": version.document, **shown_version(policy, version)}}


def list_versions(call: Call) -> Output:
    """ListPolicyVersions, the newest first."""
    policy = call.policy(call.input["PolicyArn"])
    return listed(
        call,
        "Versions",
        policy.versions,
        lambda version: f"{9_999_999 - version.number:07}",
        lambda version: shown_version(policy, version),
    )


def set_default(call: Call) -> Output:
    """SetDefaultPolicyVersion."""
    policy = _own(call)
    default = _version(call, policy).number
    call.draft.put(msgspec.structs.replace(policy, default=default, updated=call.moment))
    return {}


def delete_version(call: Call) -> Output:
    """DeletePolicyVersion."""
    policy = _own(call)
    version = _version(call, policy)
    if version.number == policy.default:
        raise DeleteConflict("Cannot delete the default version of a policy.")
    left = tuple(one for one in policy.versions if one is not version)
    call.draft.put(msgspec.structs.replace(policy, versions=left, updated=call.moment))
    return {}


def list_entities(call: Call) -> Output:
    """ListEntitiesForPolicy: whom it is attached to, or whose boundary it is."""
    policy = call.policy(call.input["PolicyArn"])
    usage, kind = call.input.get("PolicyUsageFilter"), call.input.get("EntityFilter", "").lower()
    found = [] if usage == "PermissionsBoundary" else call.state.attached_to(policy.arn)
    if usage != "PermissionsPolicy":
        found = [*found, *(one for one in call.state.bounded_by(policy.arn) if one not in found)]
    prefix = call.input.get("PathPrefix")
    wanted = (one for one in found if kind in ("", one.kind) and under(one.path, prefix))
    output = listed(call, "Found", wanted, lambda one: f"{one.kind} {one.name.lower()}", lambda one: one)
    entities: list[Entity] = output.pop("Found")
    for which in ("group", "user", "role"):
        word = which.capitalize()
        output[f"Policy{word}s"] = [
            {f"{word}Name": one.name, f"{word}Id": one.id} for one in entities if one.kind == which
        ]
    return output


def tag(call: Call) -> Output:
    """TagPolicy."""
    policy = _own(call)
    call.draft.put(msgspec.structs.replace(policy, tags=tags_of(call.input["Tags"], policy.tags)))
    return {}


def untag(call: Call) -> Output:
    """UntagPolicy."""
    policy = _own(call)
    gone = {key.lower() for key in call.input["TagKeys"]}
    kept = {key: value for key, value in policy.tags.items() if key.lower() not in gone}
    call.draft.put(msgspec.structs.replace(policy, tags=kept))
    return {}


def list_tags(call: Call) -> Output:
    """ListPolicyTags."""
    tags = tag_list(call.policy(call.input["PolicyArn"]).tags)
    return listed(call, "Tags", tags, lambda one: one["Key"].lower(), lambda one: one)


def shown(call: Call, policy: ManagedPolicy) -> Output:
    """A policy as AWS shows it."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default}",
        "AttachmentCount": len(call.state.attached_to(policy.arn)),
        "PermissionsBoundaryUsageCount": len(call.state.bounded_by(policy.arn)),
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.updated,
    }


def shown_version(policy: ManagedPolicy, version: Version) -> Output:
    """A version without its document."""
    return {
        "VersionId": f"v{version.number}",
        "IsDefaultVersion": version.number == policy.default,
        "CreateDate": version.created,
    }


def _own(call: Call) -> ManagedPolicy:
    """The policy to change, which has to be the account's."""
    policy = call.policy(call.input["PolicyArn"])
    if policy.owner != ACCOUNT:
        action = f"on resource: policy {policy.name}"
        raise AccessDenied(f"User: {call.principal.arn} is not authorized to perform this action {action}")
    return policy


def _version(call: Call, policy: ManagedPolicy) -> Version:
    wanted = call.input["VersionId"]
    for version in policy.versions:
        if wanted == f"v{version.number}":
            return version
    raise NoSuchEntity(f"Policy {policy.arn} version {wanted} does not exist or is not attachable.")
