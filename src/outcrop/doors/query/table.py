"""The actions of IAM and STS: what each does, whether it changes anything, and on which resource a policy allows it.

Resources are those of AWS's Service Authorization Reference; an action that is for everybody has none at all.
"""

from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Literal

import msgspec

from outcrop.doors.query import (
    access_keys,
    account,
    attached,
    groups,
    policies,
    roles,
    service_credentials,
    simulation,
    sts,
    users,
)
from outcrop.doors.query.account import Nothing
from outcrop.doors.query.call import Call, Output

Resource = Literal[
    "user", "group", "role", "policy", "users", "groups", "roles", "policies", "key", "source", "any", "free"
]


class Action(msgspec.Struct, frozen=True):
    """One action. `resource` is a kind: one named thing, a path of them, any (``*``), or "free" for everybody."""

    run: Callable[[Call], Output | Awaitable[Output]]
    resource: Resource
    writes: bool = False


def _reads(resource: Resource, **rows: Callable[[Call], Output | Awaitable[Output]]) -> dict[str, Action]:
    return {name: Action(run, resource) for name, run in rows.items()}


def _writes(resource: Resource, **rows: Callable[[Call], Output]) -> dict[str, Action]:
    return {name: Action(run, resource, writes=True) for name, run in rows.items()}


def _policies_of(kind: Literal["User", "Group", "Role"], resource: Resource) -> dict[str, Action]:
    reads = {
        f"Get{kind}Policy": attached.get,
        f"List{kind}Policies": attached.list_inline,
        f"ListAttached{kind}Policies": attached.list_attached,
    }
    writes = {
        f"Put{kind}Policy": attached.put,
        f"Delete{kind}Policy": attached.delete,
        f"Attach{kind}Policy": attached.attach,
        f"Detach{kind}Policy": attached.detach,
    }
    return _reads(resource, **reads) | _writes(resource, **writes)


IAM: MappingProxyType[str, Action] = MappingProxyType(
    {
        **_reads("users", ListUsers=users.list_all),
        **_reads("user", GetUser=users.get, ListUserTags=users.list_tags, GetLoginProfile=account.no_login_profile),
        **_writes(
            "user",
            CreateUser=users.create,
            UpdateUser=users.update,
            DeleteUser=users.delete,
            TagUser=users.tag,
            UntagUser=users.untag,
            PutUserPermissionsBoundary=attached.put_boundary,
            DeleteUserPermissionsBoundary=attached.delete_boundary,
        ),
        **_policies_of("User", "user"),
        **_reads("user", ListAccessKeys=access_keys.list_all),
        **_reads("key", GetAccessKeyLastUsed=access_keys.last_used),
        **_writes(
            "user",
            CreateAccessKey=access_keys.create,
            UpdateAccessKey=access_keys.update,
            DeleteAccessKey=access_keys.delete,
        ),
        **_reads("user", ListServiceSpecificCredentials=service_credentials.list_all),
        **_writes(
            "user",
            CreateServiceSpecificCredential=service_credentials.create,
            UpdateServiceSpecificCredential=service_credentials.update,
            ResetServiceSpecificCredential=service_credentials.reset,
            DeleteServiceSpecificCredential=service_credentials.delete,
        ),
        **_reads("groups", ListGroups=groups.list_all),
        **_reads("group", GetGroup=groups.get),
        **_reads("user", ListGroupsForUser=groups.list_for_user),
        **_writes(
            "group",
            CreateGroup=groups.create,
            UpdateGroup=groups.update,
            DeleteGroup=groups.delete,
            AddUserToGroup=groups.add_user,
            RemoveUserFromGroup=groups.remove_user,
        ),
        **_policies_of("Group", "group"),
        **_reads("roles", ListRoles=roles.list_all),
        **_reads("role", GetRole=roles.get, ListRoleTags=users.list_tags),
        **_writes(
            "role",
            CreateRole=roles.create,
            UpdateRole=roles.update,
            UpdateRoleDescription=roles.update,
            UpdateAssumeRolePolicy=roles.update_trust,
            DeleteRole=roles.delete,
            TagRole=users.tag,
            UntagRole=users.untag,
            PutRolePermissionsBoundary=attached.put_boundary,
            DeleteRolePermissionsBoundary=attached.delete_boundary,
        ),
        **_policies_of("Role", "role"),
        **_reads("policies", ListPolicies=policies.list_all),
        **_reads(
            "policy",
            GetPolicy=policies.get,
            GetPolicyVersion=policies.get_version,
            ListPolicyVersions=policies.list_versions,
            ListEntitiesForPolicy=policies.list_entities,
            ListPolicyTags=policies.list_tags,
        ),
        **_writes(
            "policy",
            CreatePolicy=policies.create,
            CreatePolicyVersion=policies.create_version,
            SetDefaultPolicyVersion=policies.set_default,
            DeletePolicyVersion=policies.delete_version,
            DeletePolicy=policies.delete,
            TagPolicy=policies.tag,
            UntagPolicy=policies.untag,
        ),
        **_reads("source", SimulatePrincipalPolicy=simulation.principal),
        **_reads("any", SimulateCustomPolicy=simulation.custom),
        **_reads("any", GetAccountSummary=account.summary, ListAccountAliases=Nothing("AccountAliases")),
        **_reads("any", ListVirtualMFADevices=Nothing("VirtualMFADevices")),
        **_reads(
            "user",
            ListMFADevices=Nothing("MFADevices", "user"),
            ListSigningCertificates=Nothing("Certificates", "user"),
            ListSSHPublicKeys=Nothing("SSHPublicKeys", "user"),
        ),
        **_reads("role", ListInstanceProfilesForRole=Nothing("InstanceProfiles", "role")),
    }
)
STS: MappingProxyType[str, Action] = MappingProxyType(
    {
        **_reads("free", GetCallerIdentity=sts.caller, GetSessionToken=sts.session_token, AssumeRole=sts.assume_role),
        **_reads("any", GetAccessKeyInfo=sts.key_info),
    }
)
