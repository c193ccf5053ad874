"""Which door a request comes in by."""

import asyncio

import pytest

from outcrop.doors import Doors
from outcrop.wire.http import HttpRequest, HttpResponse


class Named:
    """A door that takes one path, and answers with its name."""

    def __init__(self, name: str, path: str = "") -> None:
        self._name, self._path = name, path

    def takes(self, request: HttpRequest) -> bool:
        return request.path.startswith(self._path)

    async def handle(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, [], self._name.encode())


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/model/x/converse", b"bedrock"),
        ("/foundation-models", b"bedrock"),
        ("/a/b", b"a"),
        ("/b", b"b"),
        ("/", b"bedrock"),
    ],
)
def test_a_request_goes_to_the_first_door_that_takes_it(path: str, door: bytes) -> None:
    doors = Doors(Named("bedrock"), Named("a", "/a"), Named("b", "/b"))
    answer = asyncio.run(doors.handle(HttpRequest("POST", path, "", {}, b"")))
    assert isinstance(answer, HttpResponse)
    assert answer.body == door


def test_no_door_is_asked_about_a_model() -> None:
    greedy = Named("greedy")
    answer = asyncio.run(Doors(Named("bedrock"), greedy).handle(HttpRequest("POST", "/model/x/invoke", "", {}, b"")))
    assert isinstance(answer, HttpResponse)
    assert answer.body == b"bedrock"
