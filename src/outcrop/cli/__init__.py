"""The command `outcrop`: one file per command, each importing what it needs when it runs."""

import sys

import typer

from outcrop import __version__
from outcrop.cli import (
    access,
    batch,
    check,
    converse,
    count,
    env,
    group,
    invoke,
    key,
    models,
    page,
    policy,
    role,
    serve,
    usage,
    user,
)
from outcrop.cli.terminal import complain

app = typer.Typer(
    name="outcrop",
    help="The Amazon Bedrock Runtime on your own ground.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("page")(page.page)
app.command("env")(env.env)
app.command("converse")(converse.converse)
app.command("invoke")(invoke.invoke)
app.command("batch")(batch.batch)
app.command("count")(count.count)
app.command("check")(check.check)
app.command("usage")(usage.usage)
app.command("models")(models.models)
app.add_typer(access.app, name="access")
app.add_typer(user.app, name="user")
app.add_typer(group.app, name="group")
app.add_typer(role.app, name="role")
app.add_typer(policy.app, name="policy")
app.add_typer(key.app, name="key")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"outcrop {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """The Amazon Bedrock Runtime on your own ground."""


def main() -> None:
    """Run the command line; what files refuse is said in a sentence and ends with status 1."""
    try:
        app()
    except Exception as error:
        said = _said(error)
        if said is None:
            raise
        complain(said[0], do=said[1])
        sys.exit(1)


def _said(error: Exception) -> tuple[str, str] | None:
    """What is said of an error that is the machine's or its files', and what to do; None for one that is ours."""
    from outcrop.engines.kinds import EngineError
    from outcrop.storage.files import DamagedSecret
    from outcrop.storage.profiles import DamagedProfiles
    from outcrop.storage.shared import DatabaseUnavailable

    advice = {
        DamagedSecret: "restore the data directory's files, or remove both for a new key",
        DatabaseUnavailable: "see [storage] in outcrop.toml, or OUTCROP_DATABASE_URL",
        DamagedProfiles: "restore the file, or remove it to start without profiles",
        EngineError: "see the [engines] tables of the settings file",
    }
    for kind, do in advice.items():
        if isinstance(error, kind):
            return str(error), do
    if isinstance(error, OSError):
        return (f"cannot use {error.filename}", str(error.strerror)) if error.filename else (str(error), "")
    return None
