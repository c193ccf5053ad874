"""The kinds of engine that settings can name: one row per kind, its module imported when a settings file names it.

To add a kind, write a module with two names and give it a row in `KINDS`:

- `Options`, a frozen msgspec.Struct that forbids unknown fields: the keys of an ``[engines.NAME]`` table beside `kind`.
  It never holds a secret, only where one is (see `outcrop.engines.secrets`).
- `build(name, options, parts)`, which makes a `Backend` of them and opens, starts and downloads nothing: that is for its
  first request. It raises `EngineError` when it can never work, a missing key for example.

A `Backend` is one running thing behind several models: `engine(name)` is the Engine that asks it for its model `name`.
The module must stay light: what is heavy is imported by the functions that need it.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

from msgspec import Struct, field

from outcrop.documents import DocumentReader
from outcrop.engines import Engine
from outcrop.engines.composition.tally import Tally
from outcrop.engines.table import Row
from outcrop.transport import Pool

KINDS = {
    "anthropic": "outcrop.engines.anthropic",
    "bedrock": "outcrop.engines.bedrock",
    "failover": "outcrop.engines.composition.failover",
    "llama-cpp": "outcrop.engines.llama_cpp",
    "openai": "outcrop.engines.openai",
    "simulator": "outcrop.engines.simulator.backend",
    "split": "outcrop.engines.composition.split",
}


class EngineError(Exception):
    """An engine that settings name cannot be made; `args[0]` says why."""


def nobody(name: str, model: str | None) -> Row:
    """There is no other engine."""
    raise EngineError(f"there is no engine {name!r}")


class Parts(Struct, frozen=True):
    """What an engine may use: connections, the reader of documents, the data directory, and the settings file's folder.

    A composition also has the `others`: the row of the engine of a name, asking for a model of its own; once all are
    built. `tally` counts what they are asked.
    """

    pool: Pool
    documents: DocumentReader
    data: Path
    folder: Path
    others: Callable[[str, str | None], Row] = nobody
    tally: Tally = field(default_factory=Tally)


class Backend(Protocol):
    """What a kind's `build` makes."""

    @property
    def where(self) -> str:
        """What it is and where, in a few words for people; never a secret."""
        ...

    def engine(self, name: str | None) -> Engine:
        """The engine that asks for the backend's model `name`; None: by the id that the caller's model has."""
        ...

    async def aclose(self) -> None:
        """End what it runs; safe to call more than once and when nothing was ever asked."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """What a backend has that needs files from elsewhere before it can answer."""

    def lacking(self) -> list[str]:
        """The files that can be fetched and are not here yet, as settings name them."""
        ...

    async def fetch(self, name: str, progress: Callable[[int, int | None], None]) -> Path:
        """Fetch one; `progress` hears bytes so far and in all (None: not known). Raises EngineError when it cannot."""
        ...


class Kind(Protocol):
    """A kind's module."""

    @property
    def Options(self) -> type[Struct]:  # noqa: N802 - a class
        """The keys of its table."""
        ...

    def build(self, name: str, options: Any, parts: Parts) -> Backend:
        """The engine called `name` in the settings; raises EngineError."""
        ...


def kind(name: str) -> Kind:
    """The module of a kind; raises KeyError for one that there is not."""
    return cast(Kind, import_module(KINDS[name]))
