"""The account as a whole, and what it never has: console passwords, MFA devices, certificates, SSH keys, aliases.

Tools that tidy up before they delete a user or a role ask for these; there are none, and that is the answer.
"""

from typing import Literal

from outcrop.doors.query import groups, policies, roles, users
from outcrop.doors.query.access_keys import KEYS_PER_USER
from outcrop.doors.query.attached import ATTACHED
from outcrop.doors.query.call import Call, Output
from outcrop.errors import NoSuchEntity


def summary(call: Call) -> Output:
    """GetAccountSummary: what there is, and the quotas."""
    state = call.state
    return {
        "SummaryMap": {
            "Users": sum(1 for _ in state.all("user")),
            "UsersQuota": users.USERS,
            "Groups": sum(1 for _ in state.all("group")),
            "GroupsQuota": groups.GROUPS,
            "Roles": sum(1 for _ in state.all("role")),
            "RolesQuota": roles.ROLES,
            "Policies": len(state.policies),
            "PoliciesQuota": policies.POLICIES,
            "AccessKeysPerUserQuota": KEYS_PER_USER,
            "AttachedPoliciesPerUserQuota": ATTACHED["user"],
            "AttachedPoliciesPerGroupQuota": ATTACHED["group"],
            "AttachedPoliciesPerRoleQuota": ATTACHED["role"],
            "GroupsPerUserQuota": groups.GROUPS_PER_USER,
            "VersionsPerPolicyQuota": policies.VERSIONS,
            "AccountAccessKeysPresent": 1,
            "MFADevices": 0,
        }
    }


def no_login_profile(call: Call) -> Output:
    """GetLoginProfile: there is no console, so nobody has a password for it."""
    user = call.user()
    raise NoSuchEntity(f"Login Profile for User {user.name} cannot be found.")


class Nothing:
    """Answers a list action with an empty list called `name`, once it is clear that the user or role it is `of` is there."""

    def __init__(self, name: str, of: Literal["user", "role", "account"] = "account") -> None:
        self._name, self._of = name, of

    def __call__(self, call: Call) -> Output:
        """The list."""
        if self._of == "role":
            call.entity("role")
        elif self._of == "user" and "UserName" in call.input:
            call.user()
        return {self._name: [], "IsTruncated": False}
