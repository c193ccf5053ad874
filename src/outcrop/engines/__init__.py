"""From the hub to tokens: one class per engine. An engine has one method."""

from collections.abc import AsyncGenerator
from typing import Protocol

from outcrop.chat.events import Event
from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest


class Engine(Protocol):
    """Makes the events of one turn."""

    def generate(self, model: Model, request: ChatRequest) -> AsyncGenerator[list[Event], None]:
        """Yield events in batches; those ready together in one. Raises a ServiceError when it cannot.

        Raises `ModelRefusal` before the first batch for a request the model would not take.
        """
        ...
