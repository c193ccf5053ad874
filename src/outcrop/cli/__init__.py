"""The command `outcrop`: one file per command, each importing what it needs when it runs."""

import typer

from outcrop import __version__
from outcrop.cli import converse, env, serve

app = typer.Typer(
    name="outcrop",
    help="The Amazon Bedrock Runtime on your own ground.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("env")(env.env)
app.command("converse")(converse.converse)


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
    """Run the command line."""
    app()
