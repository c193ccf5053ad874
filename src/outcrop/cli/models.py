"""`outcrop models`: which engine answers for which model ids, what they take, and what AWS asks for them.

Works on the settings alone, those of the server that runs where one does: no engine is started and nothing is asked. With
`--download` it fetches the model files that settings name and that are not here yet; nothing else ever does.
"""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outcrop.cli.chosen import Data
from outcrop.cli.chosen import settings as in_use
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
    data: Data = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file; that of the running server unless said.")
    ] = None,
) -> None:
    """Show who answers for which models, and their prices."""
    chosen = in_use(data, settings)
    made = _engines(chosen)
    if download:
        asyncio.run(_download(made))
        return
    engines = _described(chosen.choices, made)
    found = _found(chosen, pattern, engine, [row["name"] for row in engines])
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


def _found(settings: "Settings", pattern: str, engine: str | None, engines: list[str]) -> list[dict[str, Any]]:
    """The rows that are asked for, by id; ends the command when there are none."""
    from outcrop.catalog import rows
    from outcrop.cli.naming import instead, matches

    if engine and engine not in engines:
        fail(f"there is no engine called {engine}", do=f"there are: {', '.join(engines)}")
    known = sorted(rows.load(settings.models), key=lambda model: model.id)
    named = [model for model in known if matches(model, pattern)]
    if not named:
        fail(f"no model is called {pattern}", do=instead(pattern, known))
    found = [row for row in (_row(settings, model) for model in named) if engine in (None, row["engine"])]
    if not found:
        fail(f"engine {engine} answers for none of these models", do=f"who does: outcrop models '{pattern}'")
    return found


def _row(settings: "Settings", model: "Model") -> dict[str, Any]:
    from outcrop.catalog.prices import price

    route, cost = settings.choices.route(model.id), price(model.id)
    return {
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
    columns = {
        "model": [row["model"] for row in found],
        "engine": [row["engine"] or NOBODY for row in found],
        "as": [row["as"] or "" for row in found],
        "takes": [" ".join(row["takes"]) for row in found],
        "context": [_number(row["context_window"]) for row in found],
        "output": [_number(row["max_output_tokens"]) for row in found],
        "$ in": [_number(row["price_input"]) for row in found],
        "$ out": [_number(row["price_output"]) for row in found],
    }
    if not any(columns["as"]):
        del columns["as"]
    rows = list(zip(*columns.values(), strict=True))
    table(list(columns), rows, numbers=("context", "output", "$ in", "$ out"), spare=("takes", "output", "context"))
    refused = sum(row["engine"] is None for row in found)
    note = "1 model" if len(found) == 1 else f"{len(found)} models"
    if refused:
        note += f"; {refused} that no engine answers for {'is' if refused == 1 else 'are'} refused as without access"
    typer.echo(styled(f"\n{note}.\nPrices are AWS's, in US dollars per million tokens.", "quiet"))


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
