"""Which door a request comes in by: Bedrock's own, or another that takes it.

Nearly all requests are to a model, so they are sent on at once; of the others each door is asked whether it is for it.
"""

from typing import Protocol

from outcrop.wire.http import HttpRequest, HttpResponse, HttpStream

MODELS = "/model/"


class Answers(Protocol):
    """What answers requests."""

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream: ...


class Door(Answers, Protocol):
    """A door beside Bedrock's."""

    def takes(self, request: HttpRequest) -> bool:
        """Whether a request is for this door."""
        ...


class Doors:
    """All doors of a server: `gateway` is Bedrock's, and has what no other takes."""

    def __init__(self, gateway: Answers, *doors: Door) -> None:
        self._gateway, self._doors = gateway, doors

    async def handle(self, request: HttpRequest) -> HttpResponse | HttpStream:
        """The answer of the door that takes `request`; never raises."""
        if not request.path.startswith(MODELS):
            for door in self._doors:
                if door.takes(request):
                    return await door.handle(request)
        return await self._gateway.handle(request)
