"""How commands ask IAM: as the owner of the data directory, who is root of the machine, and by the API's own actions.

No server need run; one that does follows within a second. What IAM refuses ends the command with its own words.
"""

import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from outcrop.cli.chosen import settings
from outcrop.cli.terminal import fail, read

if TYPE_CHECKING:
    import asyncio

    from outcrop.doors.query import QueryDoor
    from outcrop.iam.store import Store
    from outcrop.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with the API's own names.")]
Policies = Annotated[
    list[str] | None, typer.Option("--policy", metavar="POLICY", help="Attach this policy, by name or ARN; repeatable.")
]
Values = dict[str, Any]
Result = TypeVar("Result")


class Root:
    """IAM, asked by root."""

    def __init__(self, runner: "asyncio.Runner", door: "QueryDoor", store: "Store", settings: "Settings") -> None:
        from outcrop.iam.keys import ROOT_ARN, Principal

        self._runner, self._door, self._region = runner, door, settings.region
        self.data = settings.data
        self._principal = Principal(ROOT_ARN, "local")
        self.store = store

    def do(self, action: str, **given: Any) -> Values:
        """The answer of an action; what is None is left out."""
        from outcrop.errors import ServiceError

        asked = {name: value for name, value in given.items() if value is not None}
        try:
            return self._runner.run(self._door.perform(self._principal, self._region, "iam", action, asked))
        except ServiceError as error:
            fail(error.message)

    def every(self, action: str, name: str, **given: Any) -> list[Any]:
        """All items of a list action, page by page."""
        found, marker = [], None
        while True:
            page = self.do(action, **given, Marker=marker, MaxItems=1000)
            found += page[name]
            marker = page.get("Marker")
            if marker is None:
                return found

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Wait for `work`."""
        return self._runner.run(work)

    def policy(self, name: str) -> str:
        """The ARN of a policy by its name, the account's before AWS's; an ARN is itself."""
        from outcrop.iam.managed import AWS_POLICIES

        if name.startswith("arn:"):
            return name
        known = {policy.name.lower(): policy.arn for policy in AWS_POLICIES.values()}
        known |= {policy.name.lower(): policy.arn for policy in self.store.state.policies.values()}
        if name.lower() not in known:
            fail(f"no policy is called {name}", do="list them: outcrop policy list --aws")
        return known[name.lower()]


@contextmanager
def root(data: Path | None) -> Iterator[Root]:
    """Ask the IAM of a data directory."""
    import asyncio

    with asyncio.Runner() as runner:
        yield from _asked(runner, settings(data))


def _asked(runner: "asyncio.Runner", chosen: "Settings") -> Iterator[Root]:
    from outcrop.doors.query import QueryDoor
    from outcrop.iam.authorization import Authorization
    from outcrop.iam.keyring import Keys
    from outcrop.iam.keys import RootKey
    from outcrop.iam.store import Store
    from outcrop.iam.uses import Uses
    from outcrop.storage.files import Vault, directory
    from outcrop.storage.shared import SharedDatabase

    database = SharedDatabase(directory(chosen.data), chosen.database_url)
    store = Store(database, Vault(chosen.data))
    keys = Keys(RootKey.of(chosen.data), store)
    door = QueryDoor(
        keys=keys, store=store, uses=Uses(database, keys), authorization=Authorization(), region=chosen.region
    )
    try:
        if database.exists:
            runner.run(database.refresh())
        yield Root(runner, door, store, chosen)
    finally:
        runner.run(database.aclose())


def document(path: Path) -> str:
    """The text of a file, or of standard input for ``-``."""
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        fail(f"{path} is no policy", why="it is not UTF-8")


def show_json(value: Any) -> None:
    """Print an answer as JSON, times as ISO 8601."""
    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False))


def day(moment: int | None) -> str:
    """The day of a time, or a dash."""
    return "–" if moment is None else datetime.fromtimestamp(moment / 1_000_000, UTC).strftime("%Y-%m-%d")


def facts(rows: dict[str, str | None]) -> None:
    """Print names and values in two columns, what is empty left out."""
    shown = {name: value for name, value in rows.items() if value}
    width = max(map(len, shown))
    for name, value in shown.items():
        typer.echo(f"{name.ljust(width)}  {value}")


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _plain(item, key) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int) and name.endswith("Date"):
        return datetime.fromtimestamp(value // 1_000_000, UTC).isoformat()
    return value
