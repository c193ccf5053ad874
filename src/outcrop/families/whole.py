"""A stream of one chunk: the whole native answer, with the metrics behind it.

So answer the models that have no pieces to send (Jurassic-2), and those that were not asked for any (Command, recorded).
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from outcrop.chat.collect import Collector, Reply
from outcrop.chat.events import Event
from outcrop.families.metrics import invocation_metrics
from outcrop.model.runtime import ConverseStreamMetadataEvent

_encode = msgspec.json.Encoder().encode


class WholeStream:
    """One run's encoder: nothing until the end, then what `render` makes of the reply."""

    def __init__(self, render: Callable[[Reply], dict[str, Any]], first_byte_ms: int) -> None:
        self._render, self._first_byte_ms = render, first_byte_ms
        self._collector = Collector()

    def chunks(self, batch: Iterable[Event]) -> list[bytes]:
        found = []
        for event in batch:
            self._collector.add(event)
            if isinstance(event, ConverseStreamMetadataEvent):
                answer = self._render(self._collector.reply())
                found.append(_encode(answer | invocation_metrics(event, self._first_byte_ms)))
        return found
