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
    from outcrop.cli.terminal import complain
    from outcrop.engines.kinds import EngineError
    from outcrop.storage.files import DamagedSecret
    from outcrop.storage.profiles import DamagedProfiles
    from outcrop.storage.shared import DatabaseUnavailable

    try:
        app()
    except DamagedSecret as error:
        complain(str(error), do="restore the data directory's files, or remove both for a new key")
        sys.exit(1)
    except DatabaseUnavailable as error:
        complain(str(error), do="see [storage] in outcrop.toml, or OUTCROP_DATABASE_URL")
        sys.exit(1)
    except DamagedProfiles as error:
        complain(str(error), do="restore the file, or remove it to start without profiles")
        sys.exit(1)
    except EngineError as error:
        complain(str(error), do="see the [engines] tables of the settings file")
        sys.exit(1)
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        sys.exit(1)
