"""The chain: operators in a row, each given what the last has made; errors go where the nearest policy says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, ClassVar

from outcrop.operator.base import Operator, Record, Routed
from outcrop.operator.exceptions import ConfigurationException, DataException, Document


@dataclass(kw_only=True)
class Chain(Operator):
    """Runs `operators` one after the other.

    A record that fails is treated as the operator in which it failed says, else as the chain says, else it goes through the
    `error_pipeline` if there is one, else the run stops (documented precedence). After a disabled operator nothing runs.
    """

    TITLE: ClassVar[str] = "Chain"

    operators: Sequence[Operator] = field(kw_only=False)
    error_pipeline: Operator | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.operators:
            raise ConfigurationException("The chain is empty", "There is no operator in it.", "Provide one at least.")

    async def work(self, record: Record) -> Document:
        """The last operator's document. Raises what an operator raises."""
        document: Document = await _through(self.operators, record)
        return document

    async def route(self, record: Record, index: int = 0) -> list[Routed]:
        """The last operator's documents by view, or what becomes of the error."""
        enabled = list(takewhile(lambda one: not one.disabled, self.operators))
        try:
            if len(enabled) < len(self.operators):
                await _through(enabled, record)
                return []
            document = await self.process(record)
        except DataException as error:
            return await self.failed(error, index)
        return [Routed(view, one, index) for view, one in self.operators[-1].views(document)]

    async def failed(self, error: DataException, index: int = 0) -> list[Routed]:
        """What the nearest policy makes of it, or the error pipeline."""
        policy = error.policy or self.on_error
        if policy == "discard":
            return []
        if policy == "route":
            return [Routed("error0", error.document(), index)]
        if policy is None and self.error_pipeline is not None:
            found = await self.error_pipeline.route(error.document(), index)
            return [Routed("error0", one.document, index) for one in found]
        raise error

    async def aclose(self) -> None:
        """Close all of them."""
        for one in self.operators:
            await one.aclose()


async def _through(operators: Sequence[Operator], record: Record) -> Any:
    for one in operators:
        record = await one.process(record)
    return record
