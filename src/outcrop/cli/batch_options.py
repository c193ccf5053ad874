"""The options of `outcrop batch`, one name each, so that the command reads as what it does. Nothing here does anything."""

from pathlib import Path
from typing import Annotated, Literal

import typer

OnError = Literal["stop", "discard", "route"]
Content = Literal["text", "bytes"]

Records = Annotated[
    str | None,
    typer.Argument(metavar="FILE", help="JSON lines, CSV, TSV, Parquet or a directory; standard input when - or none."),
]
Prompt = Annotated[
    str | None,
    typer.Option("--prompt", "-p", metavar="$PATH", help="Where in a record the question is, as in '$msg'."),
]
Template = Annotated[
    str | None,
    typer.Option("--template", "-t", metavar="TEXT", help="The question as a template: 'Sum up: {{body}}'."),
]
MessagePayload = Annotated[
    str | None, typer.Option(metavar="$PATH", help="Where whole messages are, instead of a question: '$messages'.")
]
System = Annotated[str | None, typer.Option("--system", "-s", metavar="TEXT", help="System prompt, or a $PATH.")]
JsonMode = Annotated[bool, typer.Option("--json-mode", help="Make the model answer with JSON.")]
Schema = Annotated[Path | None, typer.Option(metavar="FILE", help="JSON mode, held to this JSON schema.")]
Simplify = Annotated[bool, typer.Option("--simplify", help="The short form of answers, one for all models.")]
Continue = Annotated[
    int, typer.Option("--continue", metavar="N", min=0, max=20, help="Ask on up to N times when cut off.")
]
MaxTokens = Annotated[int | None, typer.Option(metavar="N", help="Most tokens to answer with.")]
Temperature = Annotated[float | None, typer.Option(metavar="X", help="0 to 1.")]
ContentOf = Annotated[Content, typer.Option(help="What a directory's files are: $text or $bytes of a record.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Answers, as JSON lines; standard output without it."),
]
Errors = Annotated[Path | None, typer.Option(metavar="FILE", help="Error documents of --on-error route.")]
Policy = Annotated[
    OnError | None, typer.Option(help="Of a record that fails. Without it: route with --errors, else stop.")
]
Concurrency = Annotated[
    int,
    typer.Option("--concurrency", "-c", metavar="N", min=1, help="Most records at a time; fewer while throttled."),
]
Ordered = Annotated[bool, typer.Option("--ordered", help="Answers in the order of their records.")]
Resume = Annotated[
    bool | None, typer.Option("--resume/--fresh", help="Go on where a run ended, or begin anew over what is there.")
]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="Only the first N records.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Ask nothing; say how many tokens it will take, and dollars.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
