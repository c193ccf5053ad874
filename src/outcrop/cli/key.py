"""`outcrop key`: access keys and Bedrock API keys, their secrets shown once; and the key that seals them all.

A secret leaves this command in one way of the caller's choice: on the screen, as JSON, or in a file only its owner reads.
"""

import csv
import io
from pathlib import Path
from typing import Annotated, Any

import typer

from outcrop.cli.chosen import Data
from outcrop.cli.identity import Json, Root, day, facts, root, show_json
from outcrop.cli.terminal import fail, table

app = typer.Typer(
    name="key", help="Keys: make, list, switch off, delete; rotate what seals them.", no_args_is_help=True
)
User = Annotated[str, typer.Argument(metavar="USER", help="The user's name.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The key's id: AKIA… or ACCA….")]


@app.command()
def create(
    user: User,
    data: Data = None,
    bearer: Annotated[bool, typer.Option("--bearer", help="A Bedrock API key instead of an access key.")] = False,
    days: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=36_600, help="Days until an API key ends. [never]")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the secret here, and do not show it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key for a user.

    Its secret is shown now and never again.
    """
    if days and not bearer:
        fail("only API keys end by themselves", do="add --bearer, or leave --days out")
    if csv_file and csv_file.exists():
        fail(f"{csv_file} is there already", do="choose another file")
    with root(data) as iam:
        made = _bearer_key(iam, user, days) if bearer else iam.do("CreateAccessKey", UserName=user)["AccessKey"]
    columns = _columns(made)
    if csv_file:
        from outcrop.storage import files

        files.write(csv_file, _csv(columns).encode())
        typer.echo(f"made  {made.get('AccessKeyId') or made['ServiceSpecificCredentialId']} for {user}")
        typer.echo(f"Its secret is in {csv_file}, and nowhere else.")
    elif as_json:
        show_json(made)
    else:
        _show(made, user)


@app.command("list")
def listed(
    user: Annotated[str | None, typer.Argument(metavar="USER", help="Of this user alone.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List keys, with the day of their last use."""
    with root(data) as iam:
        names = [user] if user else [one["UserName"] for one in iam.every("ListUsers", "Users")]
        keys = [one for name in names for one in iam.every("ListAccessKeys", "AccessKeyMetadata", UserName=name)]
        bearers = [one for name in names for one in _bearers(iam, name)]
        used = {one["AccessKeyId"]: _used(iam, one["AccessKeyId"]) for one in keys}
        if as_json:
            with_use = [{**one, "AccessKeyLastUsed": used[one["AccessKeyId"]]} for one in keys]
            show_json({"AccessKeys": with_use, "ServiceSpecificCredentials": bearers})
            return
        rows = [
            (one["AccessKeyId"], one["UserName"], one["Status"], day(one["CreateDate"]), "–", _day_used(used, one))
            for one in keys
        ]
        rows += [
            (
                one["ServiceSpecificCredentialId"],
                one["UserName"],
                one["Status"],
                day(one["CreateDate"]),
                day(one["ExpirationDate"]),
                "–",
            )
            for one in bearers
        ]
        if rows:
            table(("key", "user", "status", "made", "ends", "last used"), rows, spare=("made", "ends"))
        else:
            typer.echo("There are no keys but root's. Make one: outcrop key create USER")


@app.command()
def disable(key: Key, data: Data = None) -> None:
    """Switch a key off; requests with it are refused at once."""
    _update(key, data, "Inactive")
    typer.echo(f"inactive  {key}")


@app.command()
def enable(key: Key, data: Data = None) -> None:
    """Switch a key on again."""
    _update(key, data, "Active")
    typer.echo(f"active  {key}")


@app.command()
def delete(key: Key, data: Data = None) -> None:
    """Delete a key for good."""
    with root(data) as iam:
        if key.startswith("AKIA"):
            iam.do("DeleteAccessKey", UserName=_owner(iam, key), AccessKeyId=key)
        else:
            iam.do("DeleteServiceSpecificCredential", ServiceSpecificCredentialId=key)
        typer.echo(f"deleted  {key}")


@app.command("rotate-secrets")
def rotate_secrets(data: Data = None) -> None:
    """Seal all secrets at rest with a new key.

    Callers' keys stay as they are.
    """
    from outcrop.iam.rotation import rotate

    with root(data) as iam:
        count = iam.run(rotate(iam.data, iam.store))
    typer.echo(f"resealed  {count} secrets")


def _bearer_key(iam: Root, user: str, days: int | None) -> dict[str, Any]:
    given = {"UserName": user, "ServiceName": "bedrock.amazonaws.com", "CredentialAgeDays": days}
    made: dict[str, Any] = iam.do("CreateServiceSpecificCredential", **given)["ServiceSpecificCredential"]
    return made


def _bearers(iam: Root, user: str) -> list[dict[str, Any]]:
    return iam.every("ListServiceSpecificCredentials", "ServiceSpecificCredentials", UserName=user)


def _columns(made: dict[str, Any]) -> dict[str, str]:
    """The columns of the file AWS's console offers."""
    if "AccessKeyId" in made:
        return {"Access key ID": made["AccessKeyId"], "Secret access key": made["SecretAccessKey"]}
    return {"API key": made["ServiceCredentialSecret"]}


def _csv(columns: dict[str, str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([columns.keys(), columns.values()])
    return text.getvalue()


def _show(made: dict[str, Any], user: str) -> None:
    if "AccessKeyId" in made:
        facts({"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]})
    else:
        facts({"AWS_BEARER_TOKEN_BEDROCK": made["ServiceCredentialSecret"]})
        if made["ExpirationDate"]:
            typer.echo(f"It ends on {day(made['ExpirationDate'])}.")
    typer.echo(f"The secret of {user}'s key is shown now and never again; --csv FILE writes it to a file instead.")


def _used(iam: Root, key: str) -> dict[str, Any]:
    found: dict[str, Any] = iam.do("GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"]
    return found


def _day_used(used: dict[str, dict[str, Any]], key: dict[str, Any]) -> str:
    return day(used[key["AccessKeyId"]]["LastUsedDate"])


def _owner(iam: Root, key: str) -> str:
    state = iam.store.state
    found = state.keys.get(key)
    if found is None:
        fail(f"there is no key {key}", do="list them: outcrop key list")
    return state.by_id[found.user].name


def _update(key: str, data: Path | None, status: str) -> None:
    with root(data) as iam:
        if key.startswith("AKIA"):
            iam.do("UpdateAccessKey", UserName=_owner(iam, key), AccessKeyId=key, Status=status)
        else:
            iam.do("UpdateServiceSpecificCredential", ServiceSpecificCredentialId=key, Status=status)
