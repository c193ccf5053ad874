"""The agent: asks, runs the functions that the model calls, and asks again, until it calls none."""

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from outcrop.operator import checks, continuation, payload, tools
from outcrop.operator.base import Record
from outcrop.operator.exceptions import DataException, Document
from outcrop.operator.fields import setting
from outcrop.operator.tool_calling import ToolOperator
from outcrop.operator.values import Value, bind, fixed

Function = Callable[..., Any]
MOST_ITERATIONS = 20


@dataclass(kw_only=True)
class Agent(ToolOperator):
    """Gives the last response, all `messages`, the sum of usage, and how many `iterations` there were.

    `functions` are plain or asynchronous Python functions by tool name; a plain one runs in a thread. What one raises is
    told to the model as an error.
    """

    TITLE: ClassVar[str] = "Amazon Bedrock Converse Agent"

    functions: Mapping[str, Function] = field(default_factory=dict)
    prompt: Value[str] | None = setting(
        None, "Prompt", "The user message, instead of a message payload.", internal="prompt"
    )
    iteration_limit: int = setting(
        MOST_ITERATIONS,
        "Iteration limit",
        "The most requests for one record.",
        internal="iterationLimit",
        values="1 or more",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        fixed("Iteration limit", self.iteration_limit, checks.positive)
        self._prompt = bind("Prompt", self.prompt, checks.filled if self.prompt is not None else checks.text)

    def conversation(self, record: Record) -> payload.Conversation:
        """The messages of a record, or its prompt as one. Raises DataException."""
        if self.prompt is None:
            return super().conversation(record)
        return payload.Conversation([{"role": "user", "content": [{"text": self._prompt.of(record)}]}], [])

    async def work(self, record: Record) -> Document:
        """The end of the conversation. Raises DataException, with the last response when the limit is reached."""
        conversation = self.conversation(record)
        messages, shown, responses = conversation.messages, self.tools(record), list[Document]()
        choice = self.choice(record)
        while len(responses) < self.iteration_limit:
            request = self.request(record, messages, conversation.system)
            request["toolConfig"] = tools.configuration(shown, choice)
            responses.append(await self.ask(request))
            choice = None  # a forced tool is forced once
            messages = [*messages, responses[-1]["output"]["message"]]
            if responses[-1].get("stopReason") != "tool_use":
                return self._document(record, messages, responses)
            messages = [*messages, {"role": "user", "content": await self._results(messages[-1]["content"])}]
        raise DataException(
            "The agent has not finished",
            f"The model still calls functions after {self.iteration_limit} iterations.",
            "Raise the Iteration limit, or check what the functions answer.",
            response=self._document(record, messages, responses),
        )

    def _document(self, record: Record, messages: list[Document], responses: list[Document]) -> Document:
        usage = continuation.total([response.get("usage") or {} for response in responses])
        last = {**responses[-1], "usage": usage}
        return {**last, "messages": messages, "iterations": len(responses), "original": record}

    async def _results(self, content: list[Document]) -> list[Document]:
        uses = [block["toolUse"] for block in content if "toolUse" in block]
        return list(await asyncio.gather(*map(self._result, uses)))

    async def _result(self, use: Document) -> Document:
        """The toolResult block of one call."""
        failed = True
        function = self.functions.get(use["name"])
        if function is None:
            value: Any = f"There is no function {use['name']}."
        else:
            try:
                value, failed = await _called(function, use.get("input") or {}), False
            except Exception as error:
                value = f"{type(error).__name__}: {error}"
        message = {"function_id": use["toolUseId"], "content": value, "is_error": failed}
        return payload.tool_result(message)


async def _called(function: Function, arguments: Document) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(**arguments)
    return await asyncio.to_thread(function, **arguments)
