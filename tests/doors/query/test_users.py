"""Users through boto3: what is made is shown, and every refusal is AWS's."""

from tests.doors.query.conftest import Account, Client, refused

NOT_THERE = (404, "NoSuchEntity", "The user with name nobody cannot be found.")


def test_a_user_is_made_shown_renamed_and_deleted(iam: Client) -> None:
    made = iam.create_user(UserName="Ada", Path="/quarry/", Tags=[{"Key": "team", "Value": "stone"}])["User"]
    assert made["Arn"] == "arn:aws:iam::123456789012:user/quarry/Ada"
    assert made["UserId"].startswith("AIDA")
    assert len(made["UserId"]) == 21
    assert iam.get_user(UserName="ada")["User"] == made
    assert made["Tags"] == [{"Key": "team", "Value": "stone"}]
    iam.update_user(UserName="Ada", NewUserName="Ida", NewPath="/pit/")
    moved = iam.get_user(UserName="Ida")["User"]
    assert (moved["UserId"], moved["Arn"]) == (made["UserId"], "arn:aws:iam::123456789012:user/pit/Ida")
    assert refused(iam.get_user, UserName="Ada")[1] == "NoSuchEntity"
    iam.delete_user(UserName="Ida")
    assert refused(iam.get_user, UserName="Ida")[1] == "NoSuchEntity"


def test_names_are_one_whatever_their_case(iam: Client) -> None:
    iam.create_user(UserName="Beth")
    taken = (409, "EntityAlreadyExists", "User with name BETH already exists.")
    assert refused(iam.create_user, UserName="BETH") == taken
    iam.create_user(UserName="beth2")
    assert refused(iam.update_user, UserName="beth2", NewUserName="BETH") == taken
    iam.update_user(UserName="beth", NewUserName="BETH")
    assert iam.get_user(UserName="beth")["User"]["UserName"] == "BETH"


def test_who_is_not_there_is_said(iam: Client) -> None:
    for call in (iam.get_user, iam.delete_user, iam.list_access_keys, iam.list_user_tags, iam.list_user_policies):
        assert refused(call, UserName="nobody") == NOT_THERE


def test_without_a_name_it_is_the_caller(account: Account, iam: Client, user) -> None:  # type: ignore[no-untyped-def]
    key = user({"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"})
    assert account.client("iam", key).get_user()["User"]["UserName"] == key["UserName"]
    root = iam.get_user()["User"]
    assert (root["Arn"], root["UserId"]) == ("arn:aws:iam::123456789012:root", "123456789012")
    assert refused(iam.create_access_key) == (
        400,
        "ValidationError",
        "Must specify userName when calling with non-User credentials",
    )


def test_lists_are_by_name_under_a_path_and_in_pages(iam: Client) -> None:
    for name in ("delta", "Alpha", "charlie", "Bravo"):
        iam.create_user(UserName=f"page-{name}", Path="/pages/")
    whole = iam.list_users(PathPrefix="/pages/")
    names = [user["UserName"] for user in whole["Users"]]
    assert names == ["page-Alpha", "page-Bravo", "page-charlie", "page-delta"]
    assert not whole["IsTruncated"]
    assert "Tags" not in whole["Users"][0]
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 3}))
    assert [[user["UserName"] for user in page["Users"]] for page in pages] == [names[:3], names[3:]]
    assert refused(iam.list_users, Marker="?")[:2] == (400, "ValidationError")


def test_what_goes_between_two_pages_moves_nothing(iam: Client) -> None:
    for number in range(4):
        iam.create_user(UserName=f"gone{number}", Path="/gone/")
    first = iam.list_users(PathPrefix="/gone/", MaxItems=2)
    iam.delete_user(UserName="gone1")
    rest = iam.list_users(PathPrefix="/gone/", Marker=first["Marker"])
    assert [user["UserName"] for user in rest["Users"]] == ["gone2", "gone3"]


def test_what_hangs_on_a_user_goes_first(iam: Client) -> None:
    def conflict() -> str:
        status, code, message = refused(iam.delete_user, UserName="laden")
        assert (status, code) == (409, "DeleteConflict")
        return message

    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.create_user(UserName="laden")
    iam.create_group(GroupName="laden-group")
    iam.add_user_to_group(UserName="laden", GroupName="laden-group")
    key = iam.create_access_key(UserName="laden")["AccessKey"]["AccessKeyId"]
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
    iam.put_user_policy(UserName="laden", PolicyName="p", PolicyDocument=document)
    iam.attach_user_policy(UserName="laden", PolicyArn=arn)
    assert conflict() == "Cannot delete entity, must detach all policies first."
    iam.detach_user_policy(UserName="laden", PolicyArn=arn)
    assert conflict() == "Cannot delete entity, must delete policies first."
    iam.delete_user_policy(UserName="laden", PolicyName="p")
    assert conflict() == "Cannot delete entity, must delete access keys first."
    iam.delete_access_key(UserName="laden", AccessKeyId=key)
    assert conflict() == "Cannot delete entity, must remove users from group first."
    iam.remove_user_from_group(UserName="laden", GroupName="laden-group")
    iam.delete_user(UserName="laden")


def test_tags_are_added_replaced_and_taken_away_whatever_their_case(iam: Client) -> None:
    iam.create_user(UserName="tagged")
    iam.tag_user(UserName="tagged", Tags=[{"Key": "One", "Value": "1"}, {"Key": "two", "Value": ""}])
    iam.tag_user(UserName="tagged", Tags=[{"Key": "ONE", "Value": "11"}])
    assert iam.list_user_tags(UserName="tagged")["Tags"] == [{"Key": "ONE", "Value": "11"}, {"Key": "two", "Value": ""}]
    iam.untag_user(UserName="tagged", TagKeys=["one"])
    assert iam.get_user(UserName="tagged")["User"]["Tags"] == [{"Key": "two", "Value": ""}]
    twice = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
    assert refused(iam.tag_user, UserName="tagged", Tags=twice) == (
        400,
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    )
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert refused(iam.tag_user, UserName="tagged", Tags=many)[:2] == (409, "LimitExceeded")
