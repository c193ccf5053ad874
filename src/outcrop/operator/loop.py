"""The loop: an operator's output becomes its input again, until a condition holds or a limit is reached."""

from dataclasses import dataclass, field
from typing import ClassVar

from outcrop.operator import checks
from outcrop.operator.base import Operator, Record
from outcrop.operator.exceptions import Document
from outcrop.operator.fields import setting
from outcrop.operator.values import Value, bind, fixed


@dataclass(kw_only=True)
class PipeLoop(Operator):
    """Runs `operator` at least once per record; its condition is asked of each output."""

    TITLE: ClassVar[str] = "PipeLoop"

    operator: Operator = field(kw_only=False)
    stop_condition: Value[bool] = setting(
        False, "Stop condition", "A path or a callable; the loop ends when it is true.", internal="stopCondition"
    )
    iteration_limit: int = setting(
        20, "Iteration limit", "The most iterations.", internal="iterationLimit", values="1 or more"
    )
    debug_iteration_output: bool = setting(
        False,
        "Debug iteration output",
        "Add every iteration's document as `_sl_iterations`.",
        internal="debugIterationOutput",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        fixed("Iteration limit", self.iteration_limit, checks.positive)
        self._stop = bind("Stop condition", self.stop_condition)

    async def work(self, record: Record) -> Document:
        """The last iteration's document. Raises what the operator raises."""
        made: list[Document] = []
        while len(made) < self.iteration_limit:
            made.append(await self.operator.process(made[-1] if made else record))
            if self._stop.of(made[-1]):
                break
        return {**made[-1], "_sl_iterations": made} if self.debug_iteration_output else made[-1]

    async def aclose(self) -> None:
        """Close the operator."""
        await self.operator.aclose()
