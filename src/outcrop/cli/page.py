"""`outcrop page`: a link to the page that signs its reader in once."""

import typer

from outcrop.cli.chosen import Data, folder, server


def page(
    data: Data = None,
) -> None:
    """Print a link that signs in to the page.

    It signs in once, within a minute, as the root user.
    """
    from outcrop.iam.keys import RootKey
    from outcrop.server.sessions import Sessions

    found = server(data)
    ticket = Sessions(folder(data)).ticket(RootKey.of(folder(data)).credentials.access_key_id)
    typer.echo(link(found.endpoint, ticket))


def link(endpoint: str, ticket: str) -> str:
    """The page with a ticket. It stands behind `#`, so no server, proxy or log is ever sent it with the address."""
    return f"{endpoint}/#ticket={ticket}"
