"""`outcrop env`: what a shell needs so that any AWS SDK in it calls this server."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli import running
from outcrop.cli.terminal import fail

if TYPE_CHECKING:
    from outcrop.iam.keys import Credentials

# Each of these would win over the access key, or point the SDK elsewhere.
UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")


def env(
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The server's data directory.")] = None,
    bearer: Annotated[
        bool, typer.Option("--bearer", help="Use the bearer key (SDKs send it over https only).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object instead of shell lines.")] = False,
) -> None:
    """Print the environment for AWS SDKs: eval "$(outcrop env)"."""
    from outcrop.iam.keys import RootKey
    from outcrop.storage.files import data_directory

    folder = data or data_directory()
    server = running.find(folder)
    if server is None:
        fail(f"no server runs with the data directory {folder}", do="start one: outcrop serve")
    variables = environment(server, RootKey.of(folder).credentials, bearer=bearer)
    if as_json:
        typer.echo(json.dumps(variables, indent=2))
        return
    unset = [name for name in UNSET if name not in variables]
    typer.echo(f"unset {' '.join(unset)}")
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def environment(server: running.Running, credentials: "Credentials", *, bearer: bool = False) -> dict[str, str]:
    """The variables by name."""
    variables = {
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": server.endpoint,
        "AWS_ENDPOINT_URL_BEDROCK": server.endpoint,
        "AWS_ENDPOINT_URL_IAM": server.endpoint,
        "AWS_ENDPOINT_URL_STS": server.endpoint,
        "AWS_REGION": server.region,
        "AWS_DEFAULT_REGION": server.region,
    }
    if bearer:
        variables["AWS_BEARER_TOKEN_BEDROCK"] = credentials.bearer_token
    else:
        variables["AWS_ACCESS_KEY_ID"] = credentials.access_key_id
        variables["AWS_SECRET_ACCESS_KEY"] = credentials.secret_access_key
    if server.ca_bundle:
        variables |= {"AWS_CA_BUNDLE": server.ca_bundle, "NODE_EXTRA_CA_CERTS": server.ca_bundle}
    return variables
