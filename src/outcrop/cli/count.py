"""`outcrop count`: how many tokens a text, a file or a whole Converse body is for a model, as the service counts."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from outcrop.cli.connecting import FOUNDATION, Asked, Data, EndpointUrl, Model, Profile, Region, answering, connect


def count(
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="What to count; standard input when it is - or left away.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", help="Count the text of a file instead.")
    ] = None,
    body: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Count a whole Converse body, as JSON; - is standard input.")
    ] = None,
    system: Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="System prompt.")] = None,
    model: Model = FOUNDATION,  # CountTokens takes foundation models, no profiles (recorded)
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
    data: Data = None,
) -> None:
    """Count the tokens of a text for a model.

    \b
    outcrop count "What is gneiss?"
    outcrop count -f report.md -m anthropic.claude-sonnet-4-20250514-v1:0
    outcrop count --body request.json
    """
    import msgspec

    asked = Asked(profile, region, endpoint_url, data)
    client = connect(asked)
    converse, named = _asked(text, file, body, system)
    with answering(asked, named or model):
        tokens = client.count_tokens({"modelId": named or model, "input": {"converse": converse}})
    typer.echo(
        msgspec.json.encode({"model": named or model, "inputTokens": tokens}).decode() if as_json else str(tokens)
    )


def _asked(
    text: str | None, file: Path | None, body: Path | None, system: str | None
) -> tuple[dict[str, Any], str | None]:
    """The Converse part of CountTokens, and the model a body names."""
    from outcrop.cli.terminal import fail, read

    if sum(given is not None for given in (text, file, body)) > 1:
        fail("there is more than one thing to count", do="give a text, --file or --body")
    if body:
        return _body(body)
    if text is None and file is None and sys.stdin.isatty():
        fail("there is nothing to count", do='name it: outcrop count "…", or outcrop count -f FILE')
    data = read(file or Path("-")) if file or text in (None, "-") else str(text).encode()
    try:
        said = data.decode()
    except UnicodeDecodeError:
        fail("the text is not UTF-8", why="files of other kinds count within a Converse body: --body FILE")
    converse: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": said}]}]}
    return converse | ({"system": [{"text": system}]} if system else {}), None


def _body(path: Path) -> tuple[dict[str, Any], str | None]:
    import msgspec

    from outcrop.cli.terminal import fail, read
    from outcrop.model.runtime import ConverseRequest, ConverseTokensRequest

    try:
        value = msgspec.json.decode(read(path), type=dict[str, Any])
    except msgspec.MsgspecError as error:
        fail(f"{path} is no Converse body", why=str(error))
    kinds = (ConverseRequest, ConverseTokensRequest)
    known, counted = ({field.encode_name for field in msgspec.structs.fields(kind)} for kind in kinds)
    # what says nothing of the prompt stays here; what no request has is named by the client
    return {name: part for name, part in value.items() if name in counted or name not in known}, value.get("modelId")
