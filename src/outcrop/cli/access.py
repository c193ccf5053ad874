"""`outcrop access`: which models the account has asked for, and an administrator's yes or no.

Works on the data directory itself, which makes whoever may write there the administrator; a running server follows
within a second.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outcrop.cli.terminal import fail, table

if TYPE_CHECKING:
    from outcrop.access import ModelAccess
    from outcrop.catalog import Catalogue
    from outcrop.chat.features import Model
    from outcrop.settings import Settings

app = typer.Typer(name="access", help="Ask for models, and grant or deny them.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The server's data directory.")]
Region = Annotated[str | None, typer.Option(metavar="REGION", help="Region; the server's own unless said.")]
Models = Annotated[list[str], typer.Argument(metavar="MODEL…", help="Model ids, or patterns such as 'anthropic.*'.")]
Use = Callable[["ModelAccess", str, "Catalogue"], Awaitable[None]]

STATES = {"REQUESTED": "requested", "GRANTED": "granted", "DENIED": "denied"}


@app.command("list")
def listed(
    data: Data = None,
    region: Region = None,
    pending: Annotated[bool, typer.Option("--pending", help="Only what waits for a decision.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What has been asked for, by whom, and what became of it."""

    async def use(access: "ModelAccess", _: str, __: "Catalogue") -> None:
        found = [
            agreement
            for agreement in access.all()
            if region in (None, agreement.region) and (agreement.state == "REQUESTED" or not pending)
        ]
        if as_json:
            rows = [{name: getattr(one, name) for name in one.__struct_fields__} for one in found]
            typer.echo(json.dumps({"mode": access.mode, "agreements": rows}, indent=2))
            return
        if access.mode == "open":
            typer.echo('Every model is open; access = "request" in outcrop.toml makes them ask.')
        if found:
            table(
                ("model", "region", "state", "asked", "by"),
                [(one.model, one.region, STATES[one.state], _day(one.asked_at), one.asked_by) for one in found],
            )
        elif access.mode == "request":
            typer.echo("Nothing waits." if pending else "Nothing has been asked for.")

    _with(data, region, use)


@app.command()
def request(models: Models, data: Data = None, region: Region = None) -> None:
    """Ask for models, as CreateFoundationModelAgreement does."""

    from outcrop.access import name_of

    async def use(access: "ModelAccess", where: str, catalogue: "Catalogue") -> None:
        for model in _find(catalogue, models):
            await access.request(model, where, _administrator())
            typer.echo(f"requested  {name_of(model)} in {where}")

    _with(data, region, use)


@app.command()
def grant(models: Models, data: Data = None, region: Region = None) -> None:
    """Grant models, asked for or not."""
    _decide(models, data, region, granted=True)


@app.command()
def deny(models: Models, data: Data = None, region: Region = None) -> None:
    """Deny models; they may be asked for again."""
    _decide(models, data, region, granted=False)


@app.command()
def revoke(models: Models, data: Data = None, region: Region = None) -> None:
    """Take models back, as if they had never been asked for."""

    from outcrop.access import name_of

    async def use(access: "ModelAccess", where: str, catalogue: "Catalogue") -> None:
        for model in _find(catalogue, models):
            await access.revoke(model, where)
            typer.echo(f"revoked  {name_of(model)} in {where}")

    _with(data, region, use)


@app.command("use-case")
def use_case(
    form: Annotated[Path | None, typer.Argument(metavar="FILE", help="Submit this file; print without one.")] = None,
    data: Data = None,
) -> None:
    """The use case that Anthropic's models want first: print it, or submit one."""

    async def use(access: "ModelAccess", _: str, __: "Catalogue") -> None:
        if form:
            await access.submit_use_case(form.read_bytes(), _administrator())
            typer.echo("submitted")
        elif access.use_case is None:
            fail("no use case has been submitted", do="submit one: outcrop access use-case FILE")
        else:
            typer.echo(access.use_case.decode("utf-8", "replace"))

    _with(data, None, use)


def _decide(models: list[str], data: Path | None, region: str | None, *, granted: bool) -> None:
    from outcrop.access import name_of

    async def use(access: "ModelAccess", where: str, catalogue: "Catalogue") -> None:
        for model in _find(catalogue, models):
            await access.decide(model, where, granted=granted, by=_administrator())
            typer.echo(f"{'granted' if granted else 'denied'}  {name_of(model)} in {where}")
        if granted and any(access.lacks_use_case(model) for model in _find(catalogue, models)):
            typer.echo("Anthropic's models still want a use case: outcrop access use-case FILE")

    _with(data, region, use)


def _with(data: Path | None, region: str | None, use: Use) -> None:
    """Run `use` on the agreements of a data directory, with the region meant and the catalogue."""
    from outcrop.settings import SettingsError, load
    from outcrop.storage.files import data_directory

    try:
        settings = load(data or data_directory())
    except SettingsError as error:
        fail(str(error))
    asyncio.run(_run(settings, region or settings.region, use))


async def _run(settings: "Settings", region: str, use: Use) -> None:
    from outcrop.access import ModelAccess
    from outcrop.catalog import Catalogue, rows
    from outcrop.storage import files
    from outcrop.storage.shared import SharedDatabase

    database = SharedDatabase(files.directory(settings.data), settings.database_url)
    access = ModelAccess(database, settings.access)
    try:
        if database.exists:
            await database.refresh()
        await use(access, region, Catalogue(rows.load(settings.models)))
    finally:
        await database.aclose()


def _find(catalogue: "Catalogue", patterns: Iterable[str]) -> "list[Model]":
    """The models that the patterns name, each agreement once; a pattern that names none ends the command."""
    from fnmatch import fnmatchcase

    from outcrop.access import name_of

    found: dict[str, Model] = {}
    for pattern in patterns:
        named = [model for model in catalogue.models if fnmatchcase(model.id, pattern)]
        if not named:
            fail(f"no model is called {pattern}", do="list them: outcrop models")
        for model in named:
            found.setdefault(name_of(model), model)
    return list(found.values())


def _administrator() -> str:
    from outcrop.iam.keys import ROOT_ARN

    return ROOT_ARN


def _day(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
