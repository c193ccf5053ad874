"""Time that passes only when nobody has anything to do: waits of minutes take no time, and always end in the same order.

And engines that do as they are told in that time.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from tests.families.conftest import SONNET_4_5, hub
from tests.scripted import closing, opening

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.engines.table import Row

T = TypeVar("T")
Step = float | Exception | list[Event]
DONE = [opening(), closing()]


class Clockwork(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next thing that is due."""

    now = 0.0
    _ready: Any
    _scheduled: Any

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready:
            due = (handle.when() for handle in self._scheduled if not handle.cancelled())
            self.now = max(self.now, min(due, default=self.now))
        super()._run_once()  # type: ignore[misc]  # asyncio's own


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, in such time."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:
        return runner.run(work)


def clock() -> float:
    """The time of the running loop."""
    return asyncio.get_running_loop().time()


class Told:
    """An engine with a script for each time it is asked, the last one for all that follow: seconds to wait, batches to
    yield, exceptions to raise. `most` is how many ran at once, `asked` when each began.
    """

    def __init__(self, *scripts: list[Any]) -> None:
        self._scripts = scripts or (DONE,)
        self.asked: list[float] = []
        self.running = self.most = 0

    async def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        script = self._scripts[min(len(self.asked), len(self._scripts) - 1)]
        self.asked.append(clock())
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for step in script:
                if isinstance(step, Exception):
                    raise step
                if isinstance(step, list):
                    yield step
                else:
                    await asyncio.sleep(step)
        finally:
            self.running -= 1


class Whole(Told):
    """One that answers in one piece, too, and embeds; both as its script says."""

    async def reply(self, model: Model, request: Any) -> str:
        async for _ in self.generate(model, request):
            pass
        return f"{self.name} has replied"

    embed = reply
    name = "it"


def row(name: str, engine: Any) -> Row:
    return Row("*", name, engine)


async def heard(engine: Any, **members: Any) -> int:
    """How many batches an engine yields; raises what it raises."""
    batches = engine.generate(SONNET_4_5, hub(streamed=True, **members))
    return len([batch async for batch in batches])
