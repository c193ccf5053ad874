"""`outcrop converse "…"`: ask a model from the terminal and read the answer as it streams.

The command is one turn of a `Conversation`; `--chat` is many. JSON and continued answers come whole, and are made as the
Converse operator makes them.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from outcrop.cli.connecting import MODEL, Asked, Data, EndpointUrl, Model, Profile, Region, answering, connect

if TYPE_CHECKING:
    from outcrop.client.blocking import Client
    from outcrop.client.conversation import Conversation
    from outcrop.model.runtime import ContentBlock

__all__ = ["MODEL", "converse"]


def converse(
    text: Annotated[
        str | None, typer.Argument(metavar="TEXT", help="What to say; standard input when it is - or left away.")
    ] = None,
    model: Model = MODEL,
    system: Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="System prompt.")] = None,
    attach: Annotated[
        list[Path] | None,
        typer.Option("--attach", "-a", metavar="FILE", help="A picture or document; repeatable."),
    ] = None,
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A picture; repeatable.")] = None,
    document: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="A document; repeatable.")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="Most tokens to answer with.")] = None,
    temperature: Annotated[float | None, typer.Option(metavar="X", help="0 to 1.")] = None,
    chat: Annotated[bool, typer.Option("--chat", help="Go on talking; /help lists what can be said.")] = False,
    conversation: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Go on from this file if it is there, and keep it.")
    ] = None,
    json_mode: Annotated[bool, typer.Option("--json-mode", help="Make the model answer with JSON.")] = False,
    schema: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make the model answer with JSON of this JSON schema.")
    ] = None,
    go_on: Annotated[
        int, typer.Option("--continue", metavar="N", min=0, max=20, help="Ask on up to N times when cut off.")
    ] = 0,
    raw: Annotated[bool, typer.Option("--raw", help="Print the text as it comes, also on a terminal.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole Converse response as JSON.")] = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
    data: Data = None,
) -> None:
    """Ask a model and stream its answer.

    \b
    outcrop converse "What is gneiss?"
    outcrop converse "What is on this page?" -a page.png
    git diff | outcrop converse - -s "Write a commit message" > message
    outcrop converse "Three rivers" --schema rivers.json | jq
    outcrop converse --chat --conversation geology.json
    outcrop converse "Hello" --profile work      (Bedrock itself, streamed)
    """
    asked = Asked(profile, region, endpoint_url, data)
    made = _conversation(connect(asked), conversation, model, system, max_tokens, temperature)
    blocks = [attached(path) for path in attach or []]
    blocks += [attached(path, "image") for path in image or []]
    blocks += [attached(path, "document") for path in document or []]
    if chat:
        from outcrop.cli.chat import talk

        talk(made, blocks, asked, said=text, file=conversation, raw=raw)
        return
    parts = [*blocks, *_said(text, blocks)]
    with answering(asked, made.model):
        if as_json or json_mode or schema or go_on:
            _whole(made, parts, json_mode=json_mode, schema=schema, go_on=go_on, as_json=as_json)
        else:
            stream(made, parts, raw=raw)
    if conversation:
        made.save(conversation)


def _conversation(
    client: "Client",
    file: Path | None,
    model: str,
    system: str | None,
    max_tokens: int | None,
    temperature: float | None,
) -> "Conversation":
    """A new conversation, or the one in `file`, which keeps its own model and parameters."""
    from outcrop.cli.terminal import fail
    from outcrop.client.conversation import Conversation

    if file and file.exists():
        try:
            return Conversation.load(file, client)
        except ValueError as error:
            fail(f"{file} is no conversation", why=str(error), do="name another file: --conversation FILE")
    return Conversation(client, model, system=system, max_tokens=max_tokens, temperature=temperature)


def _said(text: str | None, beside: "list[ContentBlock]") -> list[str]:
    """The text, or standard input; nothing beside pictures, which a model then describes."""
    from outcrop.cli.terminal import fail

    typed = text is None and sys.stdin.isatty()
    said = "" if typed else sys.stdin.read() if text in (None, "-") else str(text)
    if not said.strip():
        if any(block.document for block in beside):
            fail(
                "there is nothing to say about the document",
                why="Converse takes a picture alone, a document only beside a text",
                do='say what is wanted: outcrop converse "Sum this up." -a FILE',
            )
        if beside:
            return []
        fail("there is nothing to say", do='say something: outcrop converse "…", or talk: outcrop converse --chat')
    try:
        said.encode()
    except UnicodeEncodeError:  # bytes that are no UTF-8 arrive as surrogates
        fail("the text is not UTF-8", do="attach a file instead: outcrop converse TEXT --attach FILE")
    return [said]


def attached(path: Path, wanted: Literal["image", "document"] | None = None) -> "ContentBlock":
    """The content block of a file; ends the command for one that is none, or is not what was `wanted`."""
    from outcrop.cli.terminal import fail
    from outcrop.client.media import DOCUMENTS, IMAGES, UnknownFormat, attachment

    try:
        block = attachment(path)
        if wanted and not getattr(block, wanted):
            found = "document" if wanted == "image" else "image"
            fail(f"{path} is {'a document' if block.document else 'a picture'}", do=f"attach it with --{found}, or -a")
        return block
    except OSError as error:
        fail(f"cannot read {path}", why=error.strerror or str(error))
    except UnknownFormat:
        allowed = ", ".join([*IMAGES, *DOCUMENTS])
        fail(f"{path} is no picture or document Converse takes", do=f"attach one of: {allowed}")


def stream(made: "Conversation", parts: list[Any], *, raw: bool) -> None:
    """One turn, shown as it arrives, and what it cost on standard error."""
    from outcrop.cli.answer import prepare
    from outcrop.cli.terminal import styled, summary

    show = prepare(raw=raw)
    began, first, total = time.perf_counter(), 0.0, 0.0

    def pieces() -> Any:
        nonlocal first, total
        for piece in made.stream(*parts):
            first = first or (time.perf_counter() - began) * 1000
            yield piece
        total = (time.perf_counter() - began) * 1000  # what is drawn after it is not the model's

    show(pieces())
    assert made.last
    line = summary(made.last.stop_reason, made.last.usage, first, total)
    typer.echo(styled(line, "quiet", sys.stderr), err=True)


def _whole(
    made: "Conversation", parts: list[Any], *, json_mode: bool, schema: Path | None, go_on: int, as_json: bool
) -> None:
    """One turn whose answer is printed whole: the response, the JSON, or the text of all continuations."""
    import msgspec

    from outcrop.cli.terminal import fail, read
    from outcrop.cli.whole import ask
    from outcrop.operator.exceptions import DataException

    try:
        wanted = msgspec.json.decode(read(schema)) if schema else None
    except msgspec.DecodeError as error:
        fail(f"{schema} is no JSON schema", why=str(error))
    try:
        response, text = ask(made, parts, as_json=json_mode or schema is not None, schema=wanted, go_on=go_on)
    except DataException as error:
        fail(error.error, why=error.reason, do=error.resolution)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(response), indent=2).decode())
    else:
        typer.echo(text)
