"""Whom the asking commands ask: the local server, unless AWS or another endpoint is named.

An endpoint in AWS's environment variables counts as named, and so do `--profile`, `--region` and `--endpoint-url`.
Credentials alone do not: nothing is sent to AWS, and paid for, because a server happens not to run.
"""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outcrop.client.blocking import Client

# Active, so that it answers under enforced lifecycles; no colon, since curl signs a path as it is and AWS encodes it first.
MODEL = "us.anthropic.claude-sonnet-4-6"
FOUNDATION = MODEL.partition(".")[2]  # which routes name, and CountTokens takes
ENDPOINTS = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL")

Model = Annotated[str, typer.Option("--model", "-m", metavar="ID", help="Model id, profile or ARN.")]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Ask with this profile of ~/.aws.")]
Region = Annotated[str | None, typer.Option(metavar="REGION", help="Ask AWS in this region.")]
EndpointUrl = Annotated[str | None, typer.Option(metavar="URL", help="Ask this endpoint.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="Ask the server with this data directory.")]


class Asked(NamedTuple):
    """What a command was given about whom to ask."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    data: Path | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether it names something else than a local server."""
        return bool(self.profile or self.region or self.endpoint_url)

    @property
    def local(self) -> bool:
        """Whether a server on this machine is asked."""
        return not self.elsewhere and bool(self.data or not any(map(os.environ.get, ENDPOINTS)))


def connect(asked: Asked) -> "Client":
    """The client; ends the command with a sentence when there is nobody to ask."""
    from outcrop.client.blocking import Client

    with answering():
        return Client(**whom(asked))


def whom(asked: Asked) -> dict[str, Any]:
    """What a client is made with, of either kind; ends the command with a sentence when there is nobody to ask."""
    from outcrop.cli.terminal import fail

    if asked.data and asked.elsewhere:
        fail("--data names a local server, the other options name somebody else", do="leave one or the other away")
    if asked.local:
        return _local(asked.data)
    return {"endpoint": asked.endpoint_url, "region": asked.region, "profile": asked.profile}


def _local(data: Path | None) -> dict[str, Any]:
    from outcrop.cli import running
    from outcrop.cli.terminal import fail
    from outcrop.iam.keys import RootKey
    from outcrop.storage.files import data_directory

    folder = data or data_directory()
    server = running.find(folder)
    if server is None:
        fail(
            f"no server runs with the data directory {folder}",
            do="start one: outcrop serve" + ("" if data else "\n  or ask AWS: --profile NAME, --region REGION"),
        )
    root = RootKey.of(folder).credentials
    return {
        "endpoint": server.endpoint,
        "access_key_id": root.access_key_id,
        "secret_access_key": root.secret_access_key,
        "region": server.region,
        "ca_bundle": Path(server.ca_bundle) if server.ca_bundle else None,
    }


@contextmanager
def answering(asked: Asked | None = None, model: str = "") -> "Iterator[None]":
    """Say in a sentence what goes wrong with a call for `model`, and end the command with status 1."""
    from outcrop.client.errors import ApiError, NotConfigured
    from outcrop.client.parameters import WrongRequest

    try:
        yield
    except (ApiError, NotConfigured, WrongRequest) as error:
        explain(error, asked, model)
        raise typer.Exit(1) from None


def explain(error: Exception, asked: Asked | None = None, model: str = "") -> None:
    """What went wrong with a call for `model`, why, and what to do."""
    from outcrop.cli.refused import step
    from outcrop.cli.terminal import complain
    from outcrop.client.errors import ApiError, NoAnswer

    if isinstance(error, NoAnswer) and error.code == "MalformedAnswer":
        complain("the answer cannot be read", why=error.message)
    elif isinstance(error, NoAnswer):
        complain(error.message, do="start a server: outcrop serve" if "127.0.0.1" in error.message else "")
    elif isinstance(error, ApiError):
        do = step(error.message, asked, model) if asked else ""
        complain(error.message, why=f"{error.code}, HTTP status {error.status}", do=do)
    else:
        complain(str(error))
