"""`outcrop user`: IAM users, from the terminal of the machine."""

from typing import Annotated, Any

import typer

from outcrop.cli.chosen import Data
from outcrop.cli.identity import Json, Policies, Root, day, facts, root, show_json
from outcrop.cli.terminal import table

app = typer.Typer(name="user", help="Users: make, list, show, delete.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]


@app.command()
def create(
    name: Name,
    data: Data = None,
    path: Annotated[str | None, typer.Option(metavar="/PATH/", help="The user's path. [/]")] = None,
    policy: Policies = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", metavar="GROUP", help="Add to this group; repeatable.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a user."""
    with root(data) as iam:
        arns = [iam.policy(one) for one in policy or ()]
        made = iam.do("CreateUser", UserName=name, Path=path)["User"]
        for arn in arns:
            iam.do("AttachUserPolicy", UserName=name, PolicyArn=arn)
        for one in group or ():
            iam.do("AddUserToGroup", UserName=name, GroupName=one)
        if as_json:
            show_json(made)
            return
        typer.echo(f"made  {made['Arn']}")
        if not arns and not group:
            typer.echo(f"It may do nothing yet: outcrop policy attach POLICY --user {name}")
        typer.echo(f"Give it a key: outcrop key create {name}")


@app.command("list")
def listed(data: Data = None, as_json: Json = False) -> None:
    """List users."""
    with root(data) as iam:
        found = iam.every("ListUsers", "Users")
        if as_json:
            show_json(found)
        elif not found:
            typer.echo("There are no users. Make one: outcrop user create NAME")
        else:
            state = iam.store.state
            rows = []
            for one in found:
                user = state.by_id[one["UserId"]]
                policies = len(user.attached) + len(user.inline)
                keys = len(state.keys_of(user)) + len(state.credentials_of(user))
                rows.append((user.name, user.path, str(policies), str(len(user.groups)), str(keys), day(user.created)))
            table(
                ("name", "path", "policies", "groups", "keys", "made"),
                rows,
                numbers=("policies", "groups", "keys"),
                spare=("path", "made"),
            )


@app.command()
def show(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Show a user: policies, groups, keys."""
    with root(data) as iam:
        found = _whole(iam, name)
        if as_json:
            show_json(found)
            return
        keys = [f"{one['AccessKeyId']} ({one['Status']})" for one in found["AccessKeys"]]
        bearers = [f"{one['ServiceSpecificCredentialId']} ({one['Status']})" for one in found["ApiKeys"]]
        user = found["User"]
        boundary = user["PermissionsBoundary"]
        facts(
            {
                "arn": user["Arn"],
                "id": user["UserId"],
                "made": day(user["CreateDate"]),
                "policies": ", ".join(one["PolicyName"] for one in found["AttachedPolicies"]),
                "inline policies": ", ".join(found["PolicyNames"]),
                "boundary": boundary and boundary["PermissionsBoundaryArn"],
                "groups": ", ".join(one["GroupName"] for one in found["Groups"]),
                "access keys": ", ".join(keys),
                "API keys": ", ".join(bearers),
                "tags": ", ".join(f"{tag['Key']}={tag['Value']}" for tag in user["Tags"] or ()),
            }
        )


@app.command()
def delete(
    name: Name,
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="With keys, memberships and policies.")] = False,
) -> None:
    """Delete a user; what hangs on it goes first, or with --force."""
    with root(data) as iam:
        if force:
            _strip(iam, name)
        iam.do("DeleteUser", UserName=name)
        typer.echo(f"deleted  {name}")


def _whole(iam: Root, name: str) -> dict[str, Any]:
    return {
        "User": iam.do("GetUser", UserName=name)["User"],
        "AttachedPolicies": iam.every("ListAttachedUserPolicies", "AttachedPolicies", UserName=name),
        "PolicyNames": iam.every("ListUserPolicies", "PolicyNames", UserName=name),
        "Groups": iam.every("ListGroupsForUser", "Groups", UserName=name),
        "AccessKeys": iam.every("ListAccessKeys", "AccessKeyMetadata", UserName=name),
        "ApiKeys": iam.every("ListServiceSpecificCredentials", "ServiceSpecificCredentials", UserName=name),
    }


def _strip(iam: Root, name: str) -> None:
    found = _whole(iam, name)
    for one in found["AttachedPolicies"]:
        iam.do("DetachUserPolicy", UserName=name, PolicyArn=one["PolicyArn"])
    for one in found["PolicyNames"]:
        iam.do("DeleteUserPolicy", UserName=name, PolicyName=one)
    for one in found["Groups"]:
        iam.do("RemoveUserFromGroup", UserName=name, GroupName=one["GroupName"])
    for one in found["AccessKeys"]:
        iam.do("DeleteAccessKey", UserName=name, AccessKeyId=one["AccessKeyId"])
    for one in found["ApiKeys"]:
        which = one["ServiceSpecificCredentialId"]
        iam.do("DeleteServiceSpecificCredential", UserName=name, ServiceSpecificCredentialId=which)
