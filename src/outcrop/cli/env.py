"""`outcrop env`: what a shell needs so that any AWS SDK in it calls this server."""

import json
import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli.chosen import Data, folder, server

if TYPE_CHECKING:
    from outcrop.cli.running import Running
    from outcrop.iam.keys import Credentials

# Each of these would win over the access key, or point the SDK elsewhere.
UNSET = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK")


def env(
    data: Data = None,
    bearer: Annotated[
        bool, typer.Option("--bearer", help="Use the bearer key (SDKs send it over https only).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object instead of shell lines.")] = False,
) -> None:
    """Print the environment for AWS SDKs: eval "$(outcrop env)"."""
    from outcrop.iam.keys import RootKey

    found = server(data)
    variables = environment(found, RootKey.of(folder(data)).credentials, bearer=bearer)
    if as_json:
        typer.echo(json.dumps(variables, indent=2))
        return
    unset = [name for name in UNSET if name not in variables]
    typer.echo(f"unset {' '.join(unset)}")
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def environment(server: "Running", credentials: "Credentials", *, bearer: bool = False) -> dict[str, str]:
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
