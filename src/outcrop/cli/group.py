"""`outcrop group`: groups of users, and who is in them."""

from typing import Annotated

import typer

from outcrop.cli.chosen import Data
from outcrop.cli.identity import Json, Policies, day, facts, root, show_json
from outcrop.cli.terminal import table

app = typer.Typer(name="group", help="Groups: make, list, show, fill, delete.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="GROUP", help="The group's name.")]
Users = Annotated[list[str], typer.Argument(metavar="USER…", help="Users, by name.")]


@app.command()
def create(name: Name, data: Data = None, policy: Policies = None, as_json: Json = False) -> None:
    """Make a group."""
    with root(data) as iam:
        arns = [iam.policy(one) for one in policy or ()]
        made = iam.do("CreateGroup", GroupName=name)["Group"]
        for arn in arns:
            iam.do("AttachGroupPolicy", GroupName=name, PolicyArn=arn)
        if as_json:
            show_json(made)
        else:
            typer.echo(f"made  {made['Arn']}")


@app.command("list")
def listed(data: Data = None, as_json: Json = False) -> None:
    """List groups."""
    with root(data) as iam:
        found = iam.every("ListGroups", "Groups")
        if as_json:
            show_json(found)
        elif not found:
            typer.echo("There are no groups. Make one: outcrop group create GROUP")
        else:
            state = iam.store.state
            groups = [state.by_id[one["GroupId"]] for one in found]
            rows = [
                (one.name, str(len(state.members(one))), str(len(one.attached) + len(one.inline)), day(one.created))
                for one in groups
            ]
            table(("name", "users", "policies", "made"), rows, numbers=("users", "policies"))


@app.command()
def show(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Show a group: users and policies."""
    with root(data) as iam:
        found = {
            "Group": iam.do("GetGroup", GroupName=name)["Group"],
            "Users": iam.every("GetGroup", "Users", GroupName=name),
            "AttachedPolicies": iam.every("ListAttachedGroupPolicies", "AttachedPolicies", GroupName=name),
            "PolicyNames": iam.every("ListGroupPolicies", "PolicyNames", GroupName=name),
        }
        if as_json:
            show_json(found)
            return
        facts(
            {
                "arn": found["Group"]["Arn"],
                "users": ", ".join(one["UserName"] for one in found["Users"]),
                "policies": ", ".join(one["PolicyName"] for one in found["AttachedPolicies"]),
                "inline policies": ", ".join(found["PolicyNames"]),
            }
        )


@app.command()
def add(name: Name, users: Users, data: Data = None) -> None:
    """Add users to a group."""
    with root(data) as iam:
        for user in users:
            iam.do("AddUserToGroup", GroupName=name, UserName=user)
            typer.echo(f"added  {user} to {name}")


@app.command()
def remove(name: Name, users: Users, data: Data = None) -> None:
    """Take users out of a group."""
    with root(data) as iam:
        for user in users:
            iam.do("RemoveUserFromGroup", GroupName=name, UserName=user)
            typer.echo(f"removed  {user} from {name}")


@app.command()
def delete(name: Name, data: Data = None) -> None:
    """Delete a group that has no users and no policies."""
    with root(data) as iam:
        iam.do("DeleteGroup", GroupName=name)
        typer.echo(f"deleted  {name}")
