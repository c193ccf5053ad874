"""`outcrop check`: what Bedrock would refuse in request files, and why; exit status 1 when there is anything.

A file holds one request body as JSON, or one per line (.jsonl). It may name its model itself, as `modelId` beside the
other members, which is how boto3 takes it; bytes are base 64. Folders are searched for both kinds.
"""

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, NoReturn

import typer

if TYPE_CHECKING:
    from outcrop.linter import Finding

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


class Operation(StrEnum):
    CONVERSE = "Converse"
    CONVERSE_STREAM = "ConverseStream"
    INVOKE_MODEL = "InvokeModel"
    INVOKE_MODEL_WITH_RESPONSE_STREAM = "InvokeModelWithResponseStream"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


class Request(NamedTuple):
    """One body, and where it was found: `line` counts from 1 in a .jsonl file and is 1 otherwise."""

    path: Path
    line: int
    body: bytes


Found = list[tuple[Request, "Finding"]]


def check(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATHS", help="Request files (.json, .jsonl) or folders; - is standard input."),
    ],
    model: Annotated[
        str | None, typer.Option("--model", "-m", metavar="ID", help="Model id, for requests that name none.")
    ] = None,
    operation: Annotated[
        Operation, typer.Option(metavar="NAME", help=f"The operation they are meant for: {', '.join(Operation)}.")
    ] = Operation.CONVERSE,
    region: Annotated[str, typer.Option(metavar="REGION", help="The region they are meant for.")] = "us-east-1",
    output: Annotated[Format, typer.Option("--format", metavar="FORMAT", help="text, json or sarif.")] = Format.TEXT,
) -> None:
    """Say what Bedrock would refuse in requests, without sending them."""
    from outcrop import linter

    requests = [request for path in paths for request in _requests(path)]
    found: Found = []
    for request in requests:
        body, named = _split(request.body, operation)
        wanted = named or model
        if wanted is None:
            _usage(f"{request.path}: the request names no model", "name one: outcrop check --model ID")
        found += [(request, f) for f in linter.check(body, wanted, operation=operation.value, region=region)]
    {Format.TEXT: _print_text, Format.JSON: _print_json, Format.SARIF: _print_sarif}[output](found, len(requests))
    if found:
        raise typer.Exit(1)


def _requests(path: Path) -> Iterator[Request]:
    if str(path) == "-":
        yield Request(path, 1, sys.stdin.buffer.read())
    elif path.is_dir():
        for file in sorted(path.rglob("*.json*")):
            if file.suffix in (".json", ".jsonl"):
                yield from _requests(file)
    elif not path.is_file():
        _usage(f"{path} is no file or folder", "name a .json or .jsonl file, a folder, or - for standard input")
    elif path.suffix == ".jsonl":
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if line.strip():
                yield Request(path, number, line)
    else:
        yield Request(path, 1, path.read_bytes())


def _split(body: bytes, operation: Operation) -> tuple[bytes, str | None]:
    """The body without `modelId`, and the model it names. InvokeModel's own `body` member is taken out of its wrapping."""
    try:
        value = json.loads(body)
    except ValueError:
        return body, None  # the linter says what Bedrock says to that
    if not isinstance(value, dict) or "modelId" not in value:
        return body, None
    named = str(value.pop("modelId"))
    inner = value.get("body") if operation.value.startswith("Invoke") else None
    if inner is not None:
        return (inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)).encode(), named
    return json.dumps(value, ensure_ascii=False).encode(), named


def _usage(what: str, do: str) -> NoReturn:
    typer.echo(f"outcrop: {what}\n  {do}", err=True)
    raise typer.Exit(2)


def _print_text(found: Found, count: int) -> None:
    from outcrop.cli.terminal import styled

    for request, finding in found:
        place = f"{request.path}:{request.line}" + (f" {finding.where}" if finding.where else "")
        typer.echo(f"{styled(place, 'strong')}\n  {styled(finding.exception, 'error')}: {finding.message}")
        typer.echo(styled(f"  {finding.rule}: {finding.source}", "quiet") + "\n")
    refused = len({(request.path, request.line) for request, _ in found})
    requests = "1 request" if count == 1 else f"{count} requests"
    typer.echo(f"{requests}, {refused} refused" if refused else f"{requests}, none refused")


def _print_json(found: Found, count: int) -> None:
    rows = [
        {
            "path": str(request.path),
            "line": request.line,
            **{name: getattr(finding, name) for name in finding.__struct_fields__},
        }
        for request, finding in found
    ]
    typer.echo(json.dumps({"requests": count, "findings": rows}, indent=2, ensure_ascii=False))


def _print_sarif(found: Found, count: int) -> None:
    from outcrop import __version__

    rules = {finding.rule: {"id": finding.rule, "shortDescription": {"text": finding.source}} for _, finding in found}
    results = [
        {
            "ruleId": finding.rule,
            "level": "error",
            "message": {"text": f"{finding.exception}: {finding.message}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": request.path.as_posix()},
                        "region": {"startLine": request.line},
                    },
                    "logicalLocations": [{"fullyQualifiedName": finding.where}] if finding.where else [],
                }
            ],
        }
        for request, finding in found
    ]
    driver = {"name": "outcrop", "version": __version__, "rules": list(rules.values())}
    runs = [{"tool": {"driver": driver}, "results": results}]
    typer.echo(json.dumps({"$schema": SARIF, "version": "2.1.0", "runs": runs}, indent=2, ensure_ascii=False))
