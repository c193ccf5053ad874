"""Access keys through boto3: two, their secret once, switched off at once."""

from tests.doors.query.conftest import Account, Client, refused


def test_a_key_is_shown_once_and_works_at_once(account: Account, iam: Client) -> None:
    iam.create_user(UserName="keyed")
    key = iam.create_access_key(UserName="keyed")["AccessKey"]
    assert (key["UserName"], key["Status"], len(key["SecretAccessKey"])) == ("keyed", "Active", 40)
    listed = iam.list_access_keys(UserName="keyed")["AccessKeyMetadata"]
    assert [one["AccessKeyId"] for one in listed] == [key["AccessKeyId"]]
    assert "SecretAccessKey" not in listed[0]
    assert account.client("sts", key).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/keyed"


def test_a_key_that_is_inactive_or_deleted_is_refused(account: Account, iam: Client) -> None:
    iam.create_user(UserName="switched")
    key = iam.create_access_key(UserName="switched")["AccessKey"]
    sts, which = account.client("sts", key), {"UserName": "switched", "AccessKeyId": key["AccessKeyId"]}
    unknown = (403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    iam.update_access_key(**which, Status="Inactive")
    assert refused(sts.get_caller_identity) == unknown
    iam.update_access_key(**which, Status="Active")
    assert sts.get_caller_identity()["Account"] == "123456789012"
    iam.delete_access_key(**which)
    assert refused(sts.get_caller_identity) == unknown


def test_two_are_the_most(iam: Client) -> None:
    iam.create_user(UserName="two")
    made = [iam.create_access_key(UserName="two")["AccessKey"]["AccessKeyId"] for _ in range(2)]
    assert refused(iam.create_access_key, UserName="two") == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    )
    assert [key["AccessKeyId"] for key in iam.list_access_keys(UserName="two")["AccessKeyMetadata"]] == made


def test_a_key_is_its_own_user_s_alone(iam: Client) -> None:
    for name in ("owner", "other-owner"):
        iam.create_user(UserName=name)
    key = iam.create_access_key(UserName="owner")["AccessKey"]["AccessKeyId"]
    missing = (404, "NoSuchEntity", f"The Access Key with id {key} cannot be found.")
    assert refused(iam.delete_access_key, UserName="other-owner", AccessKeyId=key) == missing
    assert refused(iam.update_access_key, UserName="other-owner", AccessKeyId=key, Status="Inactive") == missing


def test_the_last_use_is_remembered(account: Account, iam: Client) -> None:
    iam.create_user(UserName="used")
    key = iam.create_access_key(UserName="used")["AccessKey"]
    never = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert never["UserName"] == "used"
    assert never["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    account.client("sts", key, region="eu-west-1").get_caller_identity()
    used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-west-1")
    assert "LastUsedDate" in used
    assert refused(iam.get_access_key_last_used, AccessKeyId="AKIAUNKNOWNUNKNOWN22")[1] == "NoSuchEntity"
