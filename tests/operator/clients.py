"""Clients for operators under test: one that answers from a list, and one that is a gateway in this process."""

import asyncio
import copy
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from tests.conftest import Answer, converse_path

Document = dict[str, Any]
USAGE = {"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}


class Refused(Exception):
    """A service's refusal, as clients raise it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


class Listed:
    """Answers from a list, the last for ever; keeps the requests. A function in the list is given the request."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.requests = list(answers), []  # type: tuple[list[Any], list[Document]]

    async def converse(self, request: Document) -> Any:
        self.requests.append(copy.deepcopy(request))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer = answer(request) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return copy.deepcopy(answer)

    @property
    def request(self) -> Document:
        """The only request."""
        assert len(self.requests) == 1
        return self.requests[0]


class InProcess:
    """Asks a gateway in this process, with the bytes that would go over the wire."""

    def __init__(self, handle: Callable[[str, bytes], Coroutine[Any, Any, Answer]]) -> None:
        self.handle = handle

    async def converse(self, request: Document) -> Any:
        body = {name: value for name, value in request.items() if name != "modelId"}
        return self._read(await self.handle(converse_path(request["modelId"]), msgspec.json.encode(body)))

    def _read(self, got: Answer) -> Any:
        if got.status != 200:
            _, code, message = got.error
            raise Refused(code, message, got.status)
        return got.json


def said(text: str, stop: str = "end_turn", **members: Any) -> Document:
    """A response of one text."""
    return answered([{"text": text}], stop, **members)


def answered(content: list[Document], stop: str = "end_turn", **members: Any) -> Document:
    """A response with this content."""
    message = {"role": "assistant", "content": content}
    return {
        "metrics": {"latencyMs": 12},
        "output": {"message": message},
        "stopReason": stop,
        "usage": dict(USAGE),
        **members,
    }


def done(awaitable: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine."""
    return asyncio.run(awaitable)


def everything(operator: Any, records: Any, **options: Any) -> list[tuple[str, Document]]:
    """What a run of `records` gives: views and documents in order."""

    async def collect() -> list[tuple[str, Document]]:
        return [(one.view, one.document) async for one in operator.run(records, **options)]

    found: list[tuple[str, Document]] = asyncio.run(collect())
    return found
