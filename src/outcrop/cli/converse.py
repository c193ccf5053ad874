"""`outcrop converse "…"`: ask a model from the terminal and read the answer as it streams.

Endpoint and credentials come from AWS's environment variables when they name an endpoint, else from the server that runs
with the data directory; so the same command asks Outcrop or AWS.
"""

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from outcrop.client.blocking import Client
    from outcrop.model.runtime import ContentBlock, ConverseStreamRequest

# Active, so that it answers under enforced lifecycles; no colon, since curl signs a path as it is and AWS encodes it first.
MODEL = "us.anthropic.claude-sonnet-4-6"
IMAGES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp"}
DOCUMENTS = ("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")


def converse(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to say; - reads standard input.")],
    model: Annotated[str, typer.Option("--model", "-m", metavar="ID", help="Model id, profile or ARN.")] = MODEL,
    system: Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="System prompt.")] = None,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", "-a", metavar="FILE", help="A picture or document; repeatable.")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="Most tokens to answer with.")] = None,
    temperature: Annotated[float | None, typer.Option(metavar="X", help="0 to 1.")] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The server's data directory.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole Converse response as JSON.")] = False,
) -> None:
    """Ask a model and stream its answer."""
    from outcrop.cli.terminal import fail
    from outcrop.client.errors import ApiError, NoAnswer
    from outcrop.model.runtime import ConverseStreamRequest, InferenceConfiguration, Message, SystemContentBlock

    said = _said(text)
    blocks = [_attached(path) for path in attach or []]
    request = ConverseStreamRequest(
        model_id=model,
        messages=[Message(role="user", content=[*blocks, _text(said)])],
        system=[SystemContentBlock(text=system)] if system else None,
        inference_config=InferenceConfiguration(max_tokens=max_tokens, temperature=temperature),
    )
    client = _client(data)
    try:
        if as_json:
            _print_json(client, request)
        else:
            _stream(client, request)
    except NoAnswer as error:
        if error.code == "MalformedAnswer":
            fail("the answer cannot be read", why=error.message)
        fail(error.message, do="start a server: outcrop serve")
    except ApiError as error:
        fail(error.message, why=f"{error.code}, HTTP status {error.status}")


def _said(text: str) -> str:
    """The text, or standard input for `-`."""
    from outcrop.cli.terminal import fail

    said = sys.stdin.read() if text == "-" else text
    try:
        said.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8 arrive as surrogates
        fail("the text is not UTF-8", do="attach a file instead: outcrop converse TEXT --attach FILE")
    return said


def _text(said: str) -> "ContentBlock":
    from outcrop.model.runtime import ContentBlock

    return ContentBlock(text=said)


def _attached(path: Path) -> "ContentBlock":
    """A file as a content block, by its suffix; its name as Converse allows it."""
    import re

    from outcrop.cli.terminal import fail
    from outcrop.model.runtime import ContentBlock, DocumentBlock, DocumentSource, ImageBlock, ImageSource

    suffix = path.suffix.lower()[1:]
    try:
        content = path.read_bytes()
    except OSError as error:
        fail(f"cannot read {path}", why=error.strerror or str(error))
    if suffix in IMAGES:
        return ContentBlock(image=ImageBlock(format=IMAGES[suffix], source=ImageSource(bytes=content)))  # type: ignore[arg-type]
    if suffix not in DOCUMENTS:
        fail(
            f"{path} is no picture or document Converse takes", do=f"attach one of: {', '.join([*IMAGES, *DOCUMENTS])}"
        )
    name = re.sub(r"[^A-Za-z0-9()\[\]-]+", " ", path.stem).strip() or "document"
    document = DocumentBlock(format=suffix, name=name, source=DocumentSource(bytes=content))  # type: ignore[arg-type]
    return ContentBlock(document=document)


def _client(data: Path | None) -> "Client":
    from outcrop.cli import running
    from outcrop.cli.terminal import fail
    from outcrop.client.blocking import Client
    from outcrop.config import REGION, data_directory
    from outcrop.iam.keys import RootKey

    endpoint = os.environ.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME")
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if endpoint and key and secret and data is None:
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
        bundle = os.environ.get("AWS_CA_BUNDLE")
        ca_bundle = Path(bundle) if bundle else None
        return Client(endpoint, access_key_id=key, secret_access_key=secret, region=region, ca_bundle=ca_bundle)
    folder = data or data_directory()
    server = running.find(folder)
    if server is None:
        fail(f"no server runs with the data directory {folder}", do="start one: outcrop serve")
    root = RootKey.of(folder).credentials
    return Client(
        server.endpoint,
        access_key_id=root.access_key_id,
        secret_access_key=root.secret_access_key,
        region=server.region,
        ca_bundle=Path(server.ca_bundle) if server.ca_bundle else None,
    )


def _stream(client: "Client", request: "ConverseStreamRequest") -> None:
    from outcrop.cli.terminal import styled, summary
    from outcrop.model.runtime import ContentBlockDeltaEvent, ConverseStreamMetadataEvent, MessageStopEvent

    began, first, reason, cost = time.perf_counter(), 0.0, "", ""
    try:
        for event in client.converse_stream(request):
            if isinstance(event, ContentBlockDeltaEvent):
                first = first or (time.perf_counter() - began) * 1000
                sys.stdout.write(event.delta.text or "")
                sys.stdout.flush()
            elif isinstance(event, MessageStopEvent):
                reason = event.stop_reason
            elif isinstance(event, ConverseStreamMetadataEvent):
                cost = summary(reason, event.usage, first, (time.perf_counter() - began) * 1000)
    finally:
        if first:
            typer.echo()  # also before an error, which then stands on a line of its own
    typer.echo(styled(cost, "quiet", sys.stderr), err=True)


def _print_json(client: "Client", request: "ConverseStreamRequest") -> None:
    import msgspec

    from outcrop.model.runtime import ConverseRequest

    whole = ConverseRequest(
        model_id=request.model_id,
        messages=request.messages,
        system=request.system,
        inference_config=request.inference_config,
    )
    typer.echo(msgspec.json.format(msgspec.json.encode(client.converse(whole)), indent=2).decode())
