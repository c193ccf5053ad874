"""Groups through boto3."""

from tests.doors.query.conftest import Client, refused


def test_a_group_and_its_users(iam: Client) -> None:
    made = iam.create_group(GroupName="Diggers", Path="/crew/")["Group"]
    assert made["Arn"] == "arn:aws:iam::123456789012:group/crew/Diggers"
    assert made["GroupId"].startswith("AGPA")
    for name in ("group-b", "group-a"):
        iam.create_user(UserName=name)
        for _ in range(2):  # again changes nothing
            iam.add_user_to_group(GroupName="diggers", UserName=name)
    found = iam.get_group(GroupName="diggers")
    assert found["Group"] == made
    assert [user["UserName"] for user in found["Users"]] == ["group-a", "group-b"]
    assert iam.list_groups_for_user(UserName="group-a")["Groups"] == [made]
    assert made in iam.list_groups(PathPrefix="/crew/")["Groups"]
    message = "Cannot delete entity, must remove users from group first."
    assert refused(iam.delete_group, GroupName="Diggers") == (409, "DeleteConflict", message)
    for name in ("group-b", "group-a"):
        for _ in range(2):
            iam.remove_user_from_group(GroupName="Diggers", UserName=name)
    iam.delete_group(GroupName="Diggers")
    assert refused(iam.get_group, GroupName="Diggers") == (
        404,
        "NoSuchEntity",
        "The group with name Diggers cannot be found.",
    )


def test_a_renamed_group_keeps_its_users(iam: Client) -> None:
    iam.create_group(GroupName="before")
    iam.create_group(GroupName="other")
    iam.create_user(UserName="renamed-member")
    iam.add_user_to_group(GroupName="before", UserName="renamed-member")
    assert refused(iam.update_group, GroupName="before", NewGroupName="OTHER")[1] == "EntityAlreadyExists"
    iam.update_group(GroupName="before", NewGroupName="after")
    assert [user["UserName"] for user in iam.get_group(GroupName="after")["Users"]] == ["renamed-member"]
    assert refused(iam.create_group, GroupName="AFTER")[2] == "Group with name AFTER already exists."


def test_a_user_is_in_ten_groups_at_most(iam: Client) -> None:
    iam.create_user(UserName="joiner")
    for number in range(11):
        iam.create_group(GroupName=f"join{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"join{number}", UserName="joiner")
    assert refused(iam.add_user_to_group, GroupName="join10", UserName="joiner") == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for GroupsPerUser: 10",
    )
