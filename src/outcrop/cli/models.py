"""`outcrop models`: which engine answers for which model ids, what they take, and what AWS asks for them.

Works on the settings alone: no engine is started and nothing is asked. With `--download` it fetches the model files that
settings name and that are not here yet; nothing else ever does.
"""

import asyncio
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outcrop.cli.terminal import fail, styled, table

if TYPE_CHECKING:
    from outcrop.chat.features import Model
    from outcrop.engines.choices import Choices, Made
    from outcrop.settings import Settings

NOBODY = "–"


def models(
    pattern: Annotated[str, typer.Argument(metavar="[PATTERN]", help="Model ids, such as 'anthropic.*'.")] = "*",
    engine: Annotated[str | None, typer.Option(metavar="NAME", help="Only those that this engine answers for.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the model files that settings name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The server's data directory.")] = None,
    settings: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings file, as for serve.")] = None,
) -> None:
    """Show who answers for which models, and their prices."""
    from outcrop.settings import SettingsError, load
    from outcrop.storage.files import data_directory

    try:
        chosen = load(data or data_directory(), settings)
    except SettingsError as error:
        fail(str(error), do=f"allowed: {', '.join(error.allowed)}" if error.allowed else "")
    made = _engines(chosen)
    if download:
        asyncio.run(_download(made))
        return
    found = [row for row in _rows(chosen) if fnmatchcase(row["model"], pattern) and engine in (None, row["engine"])]
    engines = _described(chosen.choices, made)
    if as_json:
        typer.echo(json.dumps({"engines": engines, "models": found}, indent=2))
        return
    table(("engine", "kind", "where"), [(row["name"], row["kind"], row["where"]) for row in engines])
    typer.echo()
    _print(found)


def _engines(settings: "Settings") -> "Made":
    from outcrop.config import build_engines
    from outcrop.documents import DocumentReader
    from outcrop.transport import Pool

    return build_engines(settings, DocumentReader(), Pool())


def _described(choices: "Choices", made: "Made") -> list[dict[str, str]]:
    """The engines; the simulator only where it answers for something."""
    kinds = {name: choice.kind for name, choice in choices.engines.items()}
    asked = {route.engine for route in choices.routes} | {choices.default}
    names = [name for name in made.backends if name in kinds or name in asked]
    return [{"name": name, "kind": kinds.get(name, name), "where": made.backends[name].where} for name in names]


def _rows(settings: "Settings") -> Iterator[dict[str, Any]]:
    from outcrop.catalog import rows
    from outcrop.catalog.prices import price

    for model in rows.load(settings.models):
        route, cost = settings.choices.route(model.id), price(model.id)
        yield {
            "model": model.id,
            "engine": route.engine if route else None,
            "as": route.as_name if route else None,
            "profiles": list(model.profiles),
            "takes": _takes(model),
            "context_window": model.context_window,
            "max_output_tokens": model.max_output_tokens,
            "price_input": cost.input if cost else None,
            "price_output": cost.output if cost else None,
        }


def _takes(model: "Model") -> list[str]:
    """What a model is for, in few words."""
    features = model.features
    if not features.converse:
        return [modality.lower() for modality in model.output_modalities]
    given = {
        "text": True,
        "images": features.images,
        "documents": features.documents,
        "tools": features.tools,
        "schema": features.structured_output == "accepted",
        "reasoning": features.reasoning,
    }
    return [name for name, has in given.items() if has]


def _print(found: list[dict[str, Any]]) -> None:
    headings = ("model", "engine", "as", "takes", "context", "output", "$ in", "$ out")
    lines = [
        (
            row["model"],
            row["engine"] or NOBODY,
            row["as"] or "",
            " ".join(row["takes"]),
            *(_number(row[name]) for name in ("context_window", "max_output_tokens", "price_input", "price_output")),
        )
        for row in found
    ]
    table(headings, lines, numbers=headings[4:])
    refused = sum(row["engine"] is None for row in found)
    note = f"{len(found)} models"
    if refused:
        note += f"; {refused} that no engine answers for are refused as without access"
    typer.echo(styled(f"\n{note}. Prices are AWS's, in US dollars per million tokens.", "quiet"))


def _number(value: float | None) -> str:
    return NOBODY if value is None else f"{value:,}"


async def _download(made: "Made") -> None:
    """Fetch what is lacking, file by file, with the rate and the time left; raises EngineError."""
    from outcrop.engines.kinds import Fetches

    lacking = [
        (backend, name)
        for backend in made.backends.values()
        if isinstance(backend, Fetches)
        for name in backend.lacking()
    ]
    if not lacking:
        typer.echo("Every model file that settings name is here.")
    for backend, name in lacking:
        typer.echo(f"{await _fetched(backend, name)}")


async def _fetched(backend: Any, name: str) -> Path:
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        bar = shown.add_task(name, total=None)
        path: Path = await backend.fetch(name, lambda done, total: shown.update(bar, completed=done, total=total))
    return path
