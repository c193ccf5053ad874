"""`outcrop invoke`: a native body to a model as it is, the model's own bytes back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from outcrop.cli.connecting import MODEL, Asked, Data, EndpointUrl, Model, Profile, Region, answering, connect


def invoke(
    body: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The body; standard input when it is - or left away.")
    ] = None,
    model: Model = MODEL,
    stream: Annotated[
        bool, typer.Option("--stream", help="Print each piece of the answer on a line, as it comes.")
    ] = False,
    accept: Annotated[str | None, typer.Option(metavar="TYPE", help="The media type to answer with.")] = None,
    content_type: Annotated[str | None, typer.Option(metavar="TYPE", help="The body's. [application/json]")] = None,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
    data: Data = None,
) -> None:
    """Send a model a body of its own kind.

    \b
    echo '{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,
           "messages":[{"role":"user","content":"Hi"}]}' | outcrop invoke
    outcrop invoke body.json -m amazon.titan-embed-text-v2:0 | jq .embedding
    outcrop invoke body.json --stream
    """
    asked = Asked(profile, region, endpoint_url, data)
    client = connect(asked)
    content = _content(body)
    request = {"modelId": model, "body": content, "accept": accept, "contentType": content_type}
    with answering(asked, model):
        if stream:
            for piece in client.invoke_model_with_response_stream(request):
                _write((piece if isinstance(piece, bytes) else piece.payload) + b"\n")
        else:
            answer = client.invoke_model(request).body
            _write(answer + (b"\n" if sys.stdout.isatty() else b""))


def _content(file: Path | None) -> bytes:
    from outcrop.cli.terminal import fail, read

    if file is None and sys.stdin.isatty():
        fail("there is no body", do="name a file: outcrop invoke FILE, or pipe one in")
    return read(file or Path("-"))


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
