"""Which engine answers for which model: rows of patterns, the first that fits wins.

A pattern is a model id or a shell pattern over ids (`anthropic.*`). The table knows engines only by what they are to
others, an `Engine`; it makes none and asks none. A model that no row fits is one the account may not use.
"""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property

import msgspec

from outcrop.chat.features import Model
from outcrop.engines import Engine
from outcrop.errors import AccessDeniedException


class Row(msgspec.Struct, frozen=True, dict=True):
    """`engine`, called `name` in logs and listings, answers for the ids that `pattern` fits.

    `backend_model` is what the engine's backend calls the model, when that is not the id.
    """

    pattern: str
    name: str
    engine: Engine
    backend_model: str | None = None

    @cached_property
    def estimates(self) -> bool:
        """Whether the usage the engine tells is an estimate; such an engine says so by an attribute of this name."""
        return getattr(self.engine, "estimates", False)

    @cached_property
    def composed(self) -> bool:
        """Whether the engine has others answer, and notes whom; such an engine says so by an attribute of this name."""
        return getattr(self.engine, "composed", False)


class Engines:
    """The rows, in the order in which they are asked."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._known: dict[str, Row] = {}

    @classmethod
    def only(cls, engine: Engine, name: str = "simulator") -> "Engines":
        """One engine for every model."""
        return cls([Row("*", name, engine)])

    def of(self, model: Model) -> Row:
        """The row that answers for `model`; raises AccessDeniedException (recorded text) when there is none."""
        row = self._known.get(model.id)
        if row is None:
            row = next((row for row in self.rows if fnmatchcase(model.id, row.pattern)), None)
            if row is None:
                raise AccessDeniedException("You don't have access to the model with the specified model ID.")
            self._known[model.id] = row
        return row
