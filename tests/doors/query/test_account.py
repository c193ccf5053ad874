"""The account as a whole, and what tools ask for that is never there."""

import json

from tests.doors.query.conftest import Client, refused
from tests.doors.query.test_policies import trust


def test_the_summary_counts(iam: Client) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_user(UserName="counted")
    iam.create_group(GroupName="counted")
    after = iam.get_account_summary()["SummaryMap"]
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"Users": 1, "Groups": 1}
    assert after["AccessKeysPerUserQuota"] == 2


def test_what_terraform_asks_before_it_deletes_a_user_or_a_role(iam: Client) -> None:
    iam.create_user(UserName="tidy")
    iam.create_role(RoleName="tidy", AssumeRolePolicyDocument=json.dumps(trust()))
    assert iam.list_mfa_devices(UserName="tidy")["MFADevices"] == []
    assert iam.list_signing_certificates(UserName="tidy")["Certificates"] == []
    assert iam.list_ssh_public_keys(UserName="tidy")["SSHPublicKeys"] == []
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert iam.list_account_aliases()["AccountAliases"] == []
    assert iam.list_instance_profiles_for_role(RoleName="tidy")["InstanceProfiles"] == []
    assert refused(iam.list_instance_profiles_for_role, RoleName="none")[1] == "NoSuchEntity"
    assert refused(iam.list_mfa_devices, UserName="none")[1] == "NoSuchEntity"
    assert refused(iam.get_login_profile, UserName="tidy") == (
        404,
        "NoSuchEntity",
        "Login Profile for User tidy cannot be found.",
    )
