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

from outcrop.cli.chosen import Data, settings
from outcrop.cli.terminal import fail, read, table

if TYPE_CHECKING:
    from outcrop.access import ModelAccess
    from outcrop.catalog import Catalogue
    from outcrop.chat.features import Model
    from outcrop.settings import Settings

app = typer.Typer(name="access", help="Ask for models, and grant or deny them.", no_args_is_help=True)

Region = Annotated[str | None, typer.Option(metavar="REGION", help="Region; the server's own unless said.")]
Models = Annotated[list[str], typer.Argument(metavar="MODEL…", help="Model ids, or patterns such as 'anthropic.*'.")]
Use = Callable[["ModelAccess", str, "Catalogue"], Awaitable[None]]

FORM = (10, 16_384)  # bytes, from the service model: AcknowledgementFormDataBody
STATES = {"REQUESTED": "requested", "GRANTED": "granted", "DENIED": "denied"}


@app.command("list")
def listed(
    data: Data = None,
    region: Region = None,
    pending: Annotated[bool, typer.Option("--pending", help="Only what waits for a decision.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what was asked for, by whom, and what came of it."""

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
            typer.echo("Every model is open; outcrop serve --access request has them asked for first.")
        if found:
            table(
                ("model", "region", "state", "asked", "by"),
                [(one.model, one.region, STATES[one.state], _day(one.asked_at), _who(one.asked_by)) for one in found],
                spare=("asked", "by"),
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
            found = access.agreement(model, where)
            if found is None or found.state == "DENIED":
                await access.request(model, where, _administrator())
                typer.echo(f"requested  {name_of(model)} in {where}")
            else:  # as the operation has it, which answers ConflictException
                typer.echo(f"{STATES[found.state]} before  {name_of(model)} in {where}")

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
    form: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The form; - reads standard input, none prints what was submitted."),
    ] = None,
    data: Data = None,
) -> None:
    """Submit the use case Anthropic's models want, or print it.

    It is submitted once for the account. The file is the form of AWS's console, as JSON:

    \b
    {"companyName": "Example", "companyWebsite": "https://example.com",
     "intendedUsers": "0", "industryOption": "Software",
     "otherIndustryOption": "", "useCases": "Answers about our own documents"}

    Outcrop keeps it as it is, reads nothing in it, and sends it nowhere.
    """

    async def use(access: "ModelAccess", _: str, __: "Catalogue") -> None:
        if form:
            await access.submit_use_case(_form(form), _administrator())
            typer.echo("submitted")
        elif access.use_case is None:
            fail(
                "no use case has been submitted",
                do="submit one: outcrop access use-case FILE (--help says what it holds)",
            )
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
    chosen = settings(data)
    asyncio.run(_run(chosen, region or chosen.region, use))


async def _run(chosen: "Settings", region: str, use: Use) -> None:
    from outcrop.access import ModelAccess
    from outcrop.catalog import Catalogue, rows
    from outcrop.storage import files
    from outcrop.storage.shared import SharedDatabase

    database = SharedDatabase(files.directory(chosen.data), chosen.database_url)
    access = ModelAccess(database, chosen.access)
    try:
        if database.exists:
            await database.refresh()
        await use(access, region, Catalogue(rows.load(chosen.models)))
    finally:
        await database.aclose()


def _find(catalogue: "Catalogue", patterns: Iterable[str]) -> "list[Model]":
    """The models that the patterns name, each agreement once; a pattern that names none ends the command."""
    from outcrop.access import name_of
    from outcrop.cli.naming import instead, matches

    found: dict[str, Model] = {}
    for pattern in patterns:
        named = [model for model in catalogue.models if matches(model, pattern)]
        if not named:
            fail(f"no model is called {pattern}", do=instead(pattern, catalogue.models))
        for model in named:
            found.setdefault(name_of(model), model)
    return list(found.values())


def _form(path: Path) -> bytes:
    data = read(path)
    if not FORM[0] <= len(data) <= FORM[1]:
        fail(
            f"{path} has {len(data):,} bytes",
            why=f"a use case has {FORM[0]} to {FORM[1]:,}",
            do="what it holds: outcrop access use-case --help",
        )
    return data


def _administrator() -> str:
    from outcrop.iam.keys import ROOT_ARN

    return ROOT_ARN


def _who(arn: str) -> str:
    """Whom an ARN of the account names: root, user/alice."""
    return arn.rpartition(":")[2]


def _day(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
