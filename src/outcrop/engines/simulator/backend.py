"""The simulator as a kind of engine, for a settings file that wants one with a pace of its own."""

from typing import Annotated

from msgspec import Meta, Struct

from outcrop.engines import Engine
from outcrop.engines.kinds import Parts
from outcrop.engines.simulator import Pace, Simulator


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Milliseconds before the first token, and tokens per second (0: at once)."""

    first_token_ms: Annotated[float, Meta(ge=0)] = 0
    tokens_per_second: Annotated[float, Meta(ge=0)] = 0

    @property
    def pace(self) -> Pace:
        return Pace(self.first_token_ms / 1000, self.tokens_per_second)


class Backend:
    """One simulator; it answers for every model alike."""

    where = "in this process"

    def __init__(self, simulator: Engine) -> None:
        self._simulator = simulator

    def engine(self, name: str | None) -> Engine:
        """The simulator, whatever it is asked to be."""
        return self._simulator

    async def aclose(self) -> None:
        """There is nothing to end."""


def build(name: str, options: Options, parts: Parts) -> Backend:
    """A simulator of its own."""
    return Backend(Simulator(parts.documents, options.pace))
