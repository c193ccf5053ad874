"""What a person sees when the server is up: one question answered through the front door, then what to paste."""

import os
import shlex
import textwrap
import time
from pathlib import Path

import typer

from outcrop.cli.connecting import FOUNDATION, MODEL
from outcrop.cli.page import link
from outcrop.cli.running import Running
from outcrop.cli.terminal import program, styled, summary
from outcrop.client.blocking import Client
from outcrop.client.errors import ApiError
from outcrop.engines.choices import SIMULATOR, Choices
from outcrop.iam.keys import Credentials
from outcrop.model.runtime import (
    ContentBlock,
    ContentBlockDeltaEvent,
    ConverseStreamMetadataEvent,
    ConverseStreamRequest,
    Message,
    MessageStopEvent,
)
from outcrop.server.sessions import PRINTED, Sessions
from outcrop.settings import Settings
from outcrop.storage.files import data_directory

QUESTION = "What are you, and what can I send you?"
WIDTH = 72
ACCESS = {
    "open": "Model access is open; --access request makes models ask for it first.",
    "request": "Grant models with outcrop access grant MODEL, or on the page.",
}


def show(server: Running, credentials: Credentials, settings: Settings) -> None:
    """Ask, show the answer and what it cost, and print what to paste."""
    typer.echo(f"{styled('Outcrop', 'strong')} answers at {styled(server.endpoint, 'accent')}\n")
    if reason := unasked(settings):
        typer.echo(f"  {styled(f'No first question was asked: {reason}.', 'quiet')}\n")
    else:
        try:
            _ask(server, credentials)
        except ApiError as error:
            typer.echo(f"  The first question went wrong: {error}", err=True)
    for line in routes(settings.choices):
        typer.echo(f"  {line}".rstrip())
    typer.echo(f"  {styled(ACCESS[settings.access], 'quiet')}\n")
    ticket = Sessions(settings.data).ticket(credentials.access_key_id, PRINTED)
    typer.echo(f"{_title('# In a browser (this link signs in once; for another: outcrop page)')}")
    typer.echo(f"{styled(link(server.endpoint, ticket), 'accent')}\n")
    typer.echo(paste(server, settings.data))


def unasked(settings: Settings) -> str:
    """Why no model is asked at the start; nothing when one is."""
    route = settings.choices.route(FOUNDATION)
    if settings.access == "request":
        return "models have to be asked for"
    if route is None:
        return "no engine answers for this command's usual model"
    return "" if route.engine == SIMULATOR else f"engine {route.engine} may take money for it, or time"


def routes(choices: Choices) -> list[str]:
    """Which engine answers for which ids, a line each and a blank one; nothing while the simulator answers for all."""
    if choices == Choices():
        return []
    rows = [(", ".join(route.patterns), route.engine, route.as_name or "") for route in choices.routes]
    rows.append(("everything else", choices.default or "refused as without access", ""))
    width = max(len(row[0]) for row in rows)
    lines = [f"{ids.ljust(width)}  {engine}{f' as {name}' if name else ''}" for ids, engine, name in rows]
    return [*lines, styled("outcrop models shows every id.", "quiet"), ""]


def _ask(server: Running, credentials: Credentials) -> None:
    client = Client(
        server.endpoint,
        access_key_id=credentials.access_key_id,
        secret_access_key=credentials.secret_access_key,
        region=server.region,
        ca_bundle=Path(server.ca_bundle) if server.ca_bundle else None,
    )
    typer.echo(f"  {styled('you', 'quiet')}   {QUESTION}")
    message = Message(role="user", content=[ContentBlock(text=QUESTION)])
    began, first, text, reason = time.perf_counter(), 0.0, "", ""
    for event in client.converse_stream(ConverseStreamRequest(model_id=MODEL, messages=[message])):
        if isinstance(event, ContentBlockDeltaEvent):
            first = first or (time.perf_counter() - began) * 1000
            text += event.delta.text or ""
        elif isinstance(event, MessageStopEvent):
            reason = event.stop_reason
        elif isinstance(event, ConverseStreamMetadataEvent):
            typer.echo(_indented("model", text))
            line = summary(reason, event.usage, first, (time.perf_counter() - began) * 1000)
            typer.echo(f"        {styled(line, 'quiet')}\n")


def _indented(who: str, text: str) -> str:
    lines = textwrap.wrap(text, WIDTH)
    return "\n".join([f"  {styled(who, 'accent')} {lines[0]}", *(f"        {line}" for line in lines[1:])])


def paste(server: Running, data: Path) -> str:
    """The lines to paste, for the environment and a first call with four clients. Titles are comments of their language."""
    trusted = '\n  --cacert "$AWS_CA_BUNDLE" \\' if server.ca_bundle else ""
    return f"""\
{_title("# In another shell, for any AWS SDK")}
eval "$({_environment(data)})"

{_title("# Python")}
import boto3
reply = boto3.client("bedrock-runtime").converse(
    modelId="{MODEL}",
    messages=[{{"role": "user", "content": [{{"text": "Hello"}}]}}])
print(reply["output"]["message"]["content"][0]["text"])

{_title("# AWS CLI")}
aws bedrock-runtime converse --model-id {MODEL} \\
  --messages '[{{"role":"user","content":[{{"text":"Hello"}}]}}]'

{_title("// JavaScript")}
import {{ BedrockRuntimeClient, ConverseCommand }}
  from "@aws-sdk/client-bedrock-runtime";
const reply = await new BedrockRuntimeClient().send(new ConverseCommand({{
  modelId: "{MODEL}",
  messages: [{{ role: "user", content: [{{ text: "Hello" }}] }}] }}));
console.log(reply.output.message.content[0].text);

{_title("# curl")}
curl --aws-sigv4 "aws:amz:{server.region}:bedrock" \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\{trusted}
  -H "content-type: application/json" \\
  -d '{{"messages":[{{"role":"user","content":[{{"text":"Hello"}}]}}]}}' \\
  {server.endpoint}/model/{MODEL}/converse

{styled("Serving until you press Ctrl-C.", "quiet")}"""


def _environment(data: Path) -> str:
    """The command that prints the environment, as another shell can run it."""
    elsewhere = "OUTCROP_DATA" in os.environ or data != data_directory()
    return f"{program()} env" + (f" --data {shlex.quote(str(data.resolve()))}" if elsewhere else "")


def _title(text: str) -> str:
    return styled(text, "strong")
