"""`outcrop batch FILE`: one question for every record of a file, answers and errors to files, resumable.

The command makes a Converse operator of its options and runs it (`outcrop.operator.files`); what is drawn meanwhile is in
`outcrop.cli.meter`, what a run will cost is reckoned in `outcrop.cli.estimate`.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from outcrop.cli import batch_options as options
from outcrop.cli.connecting import MODEL, Asked, Data, EndpointUrl, Model, Profile, Region, answering, whom

if TYPE_CHECKING:
    from outcrop.batch import Progress, Source
    from outcrop.cli.meter import Meter
    from outcrop.operator import ConverseOperator
    from outcrop.operator.exceptions import OperatorException

SOME_FAILED = 3  # the exit status of a run that came to its end, when records have failed


def batch(
    source: options.Records = None,
    model: Model = MODEL,
    prompt: options.Prompt = None,
    template: options.Template = None,
    message_payload: options.MessagePayload = None,
    system: options.System = None,
    json_mode: options.JsonMode = False,
    schema: options.Schema = None,
    simplify: options.Simplify = False,
    go_on: options.Continue = 0,
    max_tokens: options.MaxTokens = None,
    temperature: options.Temperature = None,
    content: options.ContentOf = "text",
    output: options.Output = None,
    errors: options.Errors = None,
    on_error: options.Policy = None,
    concurrency: options.Concurrency = 16,
    ordered: options.Ordered = False,
    resume: options.Resume = None,
    limit: options.Limit = None,
    dry_run: options.DryRun = False,
    quiet: options.Quiet = False,
    profile: Profile = None,
    region: Region = None,
    endpoint_url: EndpointUrl = None,
    data: Data = None,
) -> None:
    """Ask a model once for every record of a file.

    \b
    outcrop batch mails.jsonl -p '$body' -o answers.jsonl
    outcrop batch mails.csv -t 'Which order? {{body}}' --json-mode -o orders.jsonl
    outcrop batch mails.jsonl -p '$body' -o answers.jsonl --errors failed.jsonl
    outcrop batch mails.jsonl -p '$body' --max-tokens 200 --dry-run
    outcrop batch mails.jsonl -p '$body' -o answers.jsonl --resume
    outcrop batch scans/ -t 'Sum up: {{text}}' --simplify | jq -r .content
    zcat mails.gz | outcrop batch -p '$body' --profile work > answers.jsonl

    An answer is a Converse response with the record under `original`. However it was stopped, a run goes on with --resume,
    by what FILE.progress beside its output says, and every record's answer is there once.

    \b
    Exit status: 0 when all went well, 3 when some records failed, 1 when the run
    ended early, 130 when it was interrupted.
    """
    on_error = _policy(on_error, errors, output, resume)
    records = _source(source, content)
    operator = _operator(
        {
            "model": model,
            "prompt": _prompt(prompt, template, message_payload),
            "message_payload": message_payload,
            "use_message_payload": message_payload is not None,
            "system_prompt": system,
            "json_mode": json_mode or schema is not None,
            "json_schema": _schema(schema),
            "simplify_response": simplify,
            "continuation_requests": go_on > 0,
            "continuation_requests_limit": go_on or None,
            "maximum_tokens": max_tokens,
            "temperature": temperature,
            "on_error": on_error,
        },
        None if dry_run else whom(Asked(profile, region, endpoint_url, data)),
    )
    if dry_run:
        from outcrop.cli.estimate import show

        show(operator, records, limit)
        return
    plan = _Plan(operator, records, output, errors, concurrency, ordered, resume, limit)
    _warn(prompt or template, system, template=template is not None)
    with answering():
        done = _run(plan, _watch(model, quiet, output is None and sys.stdout.isatty()))
    if done.counts.get("error0") or operator.statistics.errors:
        raise typer.Exit(SOME_FAILED)


class _Plan(NamedTuple):
    """What is to be run, and how."""

    operator: "ConverseOperator"
    source: "Source"
    output: Path | None
    errors: Path | None
    concurrency: int
    ordered: bool
    resume: bool | None
    limit: int | None


def _policy(
    on_error: options.OnError | None, errors: Path | None, output: Path | None, resume: bool | None
) -> options.OnError:
    """What becomes of errors, when files are named for what is asked."""
    from outcrop.cli.terminal import fail

    if resume is not None and output is None:
        fail("--resume and --fresh need --output", why="what went to standard output is not kept")
    if on_error == "route" and errors is None:
        fail("--on-error route needs --errors", do="name a file: --errors failed.jsonl")
    return on_error or ("route" if errors else "stop")


def _source(name: str | None, content: options.Content) -> "Source":
    from outcrop.batch import SourceError, open_source
    from outcrop.cli.terminal import fail

    if name in (None, "-") and sys.stdin.isatty():
        fail("there are no records", do="name a file: outcrop batch FILE -p '$PATH', or pipe JSON lines in")
    try:
        return open_source(None if name in (None, "-") else Path(str(name)), content=content)
    except SourceError as error:
        fail(str(error))


def _prompt(prompt: str | None, template: str | None, payload: str | None) -> Any:
    """The operator's prompt: a path, or a template that is filled in from the record."""
    from outcrop.cli.terminal import fail
    from outcrop.operator import mustache

    if sum(given is not None for given in (prompt, template, payload)) != 1:
        fail(
            "one of --prompt, --template and --message-payload says what to ask",
            do="as in --prompt '$body', --template 'Sum up: {{body}}' or --message-payload '$messages'",
        )
    if template is None:
        return prompt
    try:
        return _Filled(mustache.compile(template), template)
    except mustache.InvalidTemplate as error:
        fail("--template is no template", why=str(error))


class _Filled:
    """A template as a callable; its text tells it from another when a run goes on."""

    def __init__(self, template: Any, text: str) -> None:
        self._template, self.__qualname__ = template, text

    def __call__(self, record: Any) -> str:
        rendered: str = self._template.render(record)
        return rendered


def _schema(file: Path | None) -> Any:
    import msgspec

    from outcrop.cli.terminal import fail

    try:
        return msgspec.json.decode(file.read_bytes()) if file else None
    except msgspec.DecodeError as error:
        fail(f"{file} is no JSON schema", why=str(error))


def _operator(settings: dict[str, Any], client: dict[str, Any] | None) -> "ConverseOperator":
    from outcrop.cli.terminal import fail
    from outcrop.client import AsyncClient
    from outcrop.operator import ConfigurationException, ConverseOperator

    try:
        return ConverseOperator(lambda: AsyncClient(**(client or {})), **settings)
    except ConfigurationException as error:
        fail(error.error, why=error.reason, do=error.resolution)


def _warn(asked: str | None, system: str | None, *, template: bool) -> None:
    """Say so when no record makes a difference to what is asked."""
    from outcrop.cli.terminal import complain

    if asked is None or (system or "").startswith("$") or ("{{" in asked if template else asked.startswith("$")):
        return
    named = f"{{{{{asked}}}}}" if template else f"${asked}"
    meant = f": {'--template' if template else '--prompt'} '{named}'" if asked.isidentifier() else ""
    part = "in double braces" if template else "with $"
    complain(f"every record is asked the same: {asked}", do=f"a part of the record is named {part}{meant}")


def _watch(model: str, quiet: bool, shown: bool) -> "Meter | None":
    """What is said of the run; `shown` says that the answers appear on the terminal."""
    from outcrop.cli.meter import Bar, Ending, Lines

    if quiet:
        return None
    if not sys.stderr.isatty():
        return Lines(model)
    return Ending(model) if shown else Bar(model)


def _run(plan: _Plan, watch: "Meter | None") -> "Progress":
    """The run, and what came of it; then what ended it early, in a sentence."""
    try:
        return _told(plan, watch)
    except KeyboardInterrupt:
        from outcrop.cli.terminal import complain

        complain("interrupted", do=_again(plan))
        raise typer.Exit(130) from None
    except BrokenPipeError:
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: nothing is left to flush
        raise typer.Exit(1) from None


def _again(plan: _Plan) -> str:
    kept = plan.output is not None and (plan.output.is_file() or not plan.output.exists())
    return "go on with it: --resume" if kept else ""


def _told(plan: _Plan, watch: "Meter | None") -> "Progress":
    """The same; what ends it early is said in a sentence, once the meter is closed."""
    import asyncio

    from outcrop.batch import Foreign, InTheWay, SourceError
    from outcrop.batch.sheets import Busy
    from outcrop.cli.terminal import fail
    from outcrop.operator.exceptions import OperatorException

    try:
        try:
            return asyncio.run(_ran(plan, watch))
        finally:
            if watch is not None:
                watch.close()
    except InTheWay as error:
        fail(f"{error} is there already", do="go on with it: --resume, or begin anew: --fresh")
    except Foreign as error:
        fail("there is nothing here to go on with", why=str(error), do="begin anew: --fresh, or name another --output")
    except Busy as error:
        fail(f"another process writes {error}")
    except SourceError as error:
        fail(str(error))
    except OperatorException as error:
        do = "\n  ".join(filter(None, (error.resolution, _again(plan))))
        fail(f"{_place(plan.source, error)}{error.error}", why=error.reason, do=do)


def _place(source: "Source", error: "OperatorException") -> str:
    """Which record has ended the run, where it was one."""
    index: int | None = getattr(error, "index", None)
    if index is None:
        return ""
    place = source.place(index)
    return f"record {index + 1}{f', {place}' if place else ''}: "


async def _ran(plan: _Plan, watch: "Meter | None") -> "Progress":
    import os

    from outcrop.batch import Sheets
    from outcrop.operator.files import run, run_file

    options: dict[str, Any] = {
        "concurrency": plan.concurrency,
        "ordered": plan.ordered,
        "limit": plan.limit,
        "watch": watch,
    }
    async with plan.operator as operator:
        if plan.output:
            return await run_file(operator, plan.source, plan.output, plan.errors, resume=plan.resume, **options)
        files = {"output0": sys.stdout.fileno()}
        if plan.errors:
            files["error0"] = os.open(plan.errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        return await run(operator, plan.source, Sheets.to(files), **options)
