"""`outcrop policy`: managed policies, whom they are attached to, and (in `explain`) what they say."""

import json
from pathlib import Path
from typing import Annotated

import typer

from outcrop.cli import explain
from outcrop.cli.chosen import Data
from outcrop.cli.identity import Json, Root, day, document, facts, root, show_json
from outcrop.cli.terminal import fail, table

app = typer.Typer(name="policy", help="Policies: make, list, show, attach, detach; explain.", no_args_is_help=True)
app.command("explain")(explain.explain)
Name = Annotated[str, typer.Argument(metavar="POLICY", help="The policy, by name or ARN.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The document; - reads standard input.")]
User = Annotated[str | None, typer.Option("--user", metavar="USER", help="A user.")]
Group = Annotated[str | None, typer.Option("--group", metavar="GROUP", help="A group.")]
Role = Annotated[str | None, typer.Option("--role", metavar="ROLE", help="A role.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The policy's name.")],
    file: File,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a policy from a document."""
    with root(data) as iam:
        made = iam.do("CreatePolicy", PolicyName=name, PolicyDocument=document(file))["Policy"]
        if as_json:
            show_json(made)
            return
        typer.echo(f"made  {made['Arn']}")
        typer.echo(f"Attach it: outcrop policy attach {name} --user USER")


@app.command()
def update(name: Name, file: File, data: Data = None) -> None:
    """Put a new version of a policy in force.

    The oldest goes when there are five.
    """
    with root(data) as iam:
        arn, text = iam.policy(name), document(file)
        versions = iam.every("ListPolicyVersions", "Versions", PolicyArn=arn)
        idle = [one["VersionId"] for one in versions if not one["IsDefaultVersion"]]
        if len(versions) == 5:
            iam.do("DeletePolicyVersion", PolicyArn=arn, VersionId=idle[-1])
        made = iam.do("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
        typer.echo(f"in force  {arn} {made['PolicyVersion']['VersionId']}")


@app.command("list")
def listed(
    data: Data = None,
    aws: Annotated[bool, typer.Option("--aws", help="AWS's own as well.")] = False,
    as_json: Json = False,
) -> None:
    """List policies."""
    with root(data) as iam:
        found = iam.every("ListPolicies", "Policies", Scope=None if aws else "Local")
        if as_json:
            show_json(found)
        elif not found:
            typer.echo("There are no policies. Make one: outcrop policy create NAME FILE")
        else:
            rows = [
                (one["PolicyName"], one["DefaultVersionId"], str(one["AttachmentCount"]), one["Arn"]) for one in found
            ]
            table(("name", "version", "attached", "arn"), rows, numbers=("attached",))


@app.command()
def show(name: Name, data: Data = None, as_json: Json = False) -> None:
    """Show a policy: the document in force, and whom it is attached to."""
    with root(data) as iam:
        arn = iam.policy(name)
        policy = iam.do("GetPolicy", PolicyArn=arn)["Policy"]
        version = iam.do("GetPolicyVersion", PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        entities = {kind: iam.every("ListEntitiesForPolicy", f"Policy{kind}s", PolicyArn=arn) for kind in _KINDS}
        if as_json:
            show_json({"Policy": policy, "PolicyVersion": version, **entities})
            return
        attached = [f"{kind.lower()} {one[f'{kind}Name']}" for kind, found in entities.items() for one in found]
        facts(
            {
                "arn": arn,
                "version": f"{policy['DefaultVersionId']}, {day(version['CreateDate'])}",
                "attached to": ", ".join(attached) or "nobody",
            }
        )
        typer.echo(json.dumps(json.loads(version["Document"]), indent=2))


@app.command()
def attach(name: Name, data: Data = None, user: User = None, group: Group = None, role: Role = None) -> None:
    """Attach a policy to a user, a group or a role."""
    with root(data) as iam:
        arn, said = _each(iam, "Attach", name, {"User": user, "Group": group, "Role": role})
        typer.echo(f"attached  {arn} to {said}")


@app.command()
def detach(name: Name, data: Data = None, user: User = None, group: Group = None, role: Role = None) -> None:
    """Detach a policy."""
    with root(data) as iam:
        arn, said = _each(iam, "Detach", name, {"User": user, "Group": group, "Role": role})
        typer.echo(f"detached  {arn} from {said}")


@app.command()
def delete(name: Name, data: Data = None) -> None:
    """Delete a policy, with all its versions.

    It may be attached to nobody.
    """
    with root(data) as iam:
        arn = iam.policy(name)
        state = iam.store.state
        if not state.attached_to(arn) and not state.bounded_by(arn):
            for version in iam.every("ListPolicyVersions", "Versions", PolicyArn=arn):
                if not version["IsDefaultVersion"]:
                    iam.do("DeletePolicyVersion", PolicyArn=arn, VersionId=version["VersionId"])
        iam.do("DeletePolicy", PolicyArn=arn)
        typer.echo(f"deleted  {arn}")


_KINDS = ("User", "Group", "Role")


def _each(iam: Root, verb: str, name: str, given: dict[str, str | None]) -> tuple[str, str]:
    """Attach or detach for everybody named; the ARN, and whom in words."""
    named = {kind: one for kind, one in given.items() if one}
    if not named:
        fail(
            f"{verb.lower()} the policy {'to' if verb == 'Attach' else 'from'} whom?",
            do="say it with --user, --group or --role",
        )
    arn = iam.policy(name)
    for kind, one in named.items():
        iam.do(f"{verb}{kind}Policy", **{f"{kind}Name": one, "PolicyArn": arn})
    return arn, ", ".join(f"{kind.lower()} {one}" for kind, one in named.items())
