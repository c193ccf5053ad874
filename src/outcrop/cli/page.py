"""`outcrop page`: a link to the page that signs its reader in once."""

from pathlib import Path
from typing import Annotated

import typer

from outcrop.cli import running
from outcrop.cli.terminal import fail


def page(
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="The server's data directory.")] = None,
) -> None:
    """Print a link that signs in to the page.

    It signs in once, within a minute, as the root user.
    """
    from outcrop.iam.keys import RootKey
    from outcrop.server.sessions import Sessions
    from outcrop.storage.files import data_directory

    folder = data or data_directory()
    server = running.find(folder)
    if server is None:
        fail(f"no server runs with the data directory {folder}", do="start one: outcrop serve")
    ticket = Sessions(folder).ticket(RootKey.of(folder).credentials.access_key_id)
    typer.echo(link(server.endpoint, ticket))


def link(endpoint: str, ticket: str) -> str:
    """The page with a ticket. It stands behind `#`, so no server, proxy or log is ever sent it with the address."""
    return f"{endpoint}/#ticket={ticket}"
