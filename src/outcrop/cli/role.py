"""`outcrop role`: roles, and who may assume them."""

import json
from pathlib import Path
from typing import Annotated

import typer

from outcrop.cli.chosen import Data
from outcrop.cli.identity import Json, Policies, day, document, facts, root, show_json
from outcrop.cli.terminal import fail, table

app = typer.Typer(name="role", help="Roles: make, list, show, delete.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="ROLE", help="The role's name.")]


@app.command()
def create(
    name: Name,
    data: Data = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The trust policy; - reads standard input.")
    ] = None,
    trusted: Annotated[
        list[str] | None, typer.Option("--user", metavar="USER", help="Trust this user instead; repeatable.")
    ] = None,
    hours: Annotated[int, typer.Option(metavar="N", min=1, max=12, help="The longest session.")] = 1,
    policy: Policies = None,
    as_json: Json = False,
) -> None:
    """Make a role."""
    if (trust is None) is (not trusted):
        fail("who may assume the role?", do="say it with --trust FILE, or with --user USER")
    with root(data) as iam:
        arns = [iam.policy(one) for one in policy or ()]
        users = [iam.do("GetUser", UserName=user)["User"]["Arn"] for user in trusted or ()]
        text = document(trust) if trust else _trusting(users)
        given = {"RoleName": name, "AssumeRolePolicyDocument": text, "MaxSessionDuration": hours * 3600}
        made = iam.do("CreateRole", **given)["Role"]
        for arn in arns:
            iam.do("AttachRolePolicy", RoleName=name, PolicyArn=arn)
        if as_json:
            show_json(made)
        else:
            typer.echo(f"made  {made['Arn']}")


@app.command("list")
def listed(data: Data = None, as_json: Json = False) -> None:
    """List roles."""
    with root(data) as iam:
        found = iam.every("ListRoles", "Roles")
        if as_json:
            show_json(found)
        elif not found:
            typer.echo("There are no roles. Make one: outcrop role create ROLE --trust FILE")
        else:
            rows = [
                (one["RoleName"], one["Path"], f"{one['MaxSessionDuration'] // 3600} h", day(one["CreateDate"]))
                for one in found
            ]
            table(("name", "path", "longest session", "made"), rows, numbers=("longest session",))


@app.command()
def show(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Show a role: policies and whom it trusts."""
    with root(data) as iam:
        found = {
            "Role": iam.do("GetRole", RoleName=name)["Role"],
            "AttachedPolicies": iam.every("ListAttachedRolePolicies", "AttachedPolicies", RoleName=name),
            "PolicyNames": iam.every("ListRolePolicies", "PolicyNames", RoleName=name),
        }
        if as_json:
            show_json(found)
            return
        boundary = found["Role"]["PermissionsBoundary"]
        facts(
            {
                "arn": found["Role"]["Arn"],
                "longest session": f"{found['Role']['MaxSessionDuration']} s",
                "policies": ", ".join(one["PolicyName"] for one in found["AttachedPolicies"]),
                "inline policies": ", ".join(found["PolicyNames"]),
                "boundary": boundary and boundary["PermissionsBoundaryArn"],
            }
        )
        typer.echo(json.dumps(json.loads(found["Role"]["AssumeRolePolicyDocument"]), indent=2))


@app.command()
def delete(name: Name, data: Data = None) -> None:
    """Delete a role that has no policies; its sessions end with it."""
    with root(data) as iam:
        iam.do("DeleteRole", RoleName=name)
        typer.echo(f"deleted  {name}")


def _trusting(users: list[str]) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": users}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
