"""The Converse operator: a record in, the model's answer out, with every setting of the page.

This module says what happens to one record, in order: messages, request, JSON mode, the answer and its continuations,
the shape of the output. What each step does is in the module named on its line.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import msgspec

from outcrop.chat.json_mode import PREFILL, begin
from outcrop.operator import capabilities, checks, continuation, gates, json_mode, payload
from outcrop.operator.base import Record
from outcrop.operator.exceptions import DataException, Document
from outcrop.operator.fields import setting
from outcrop.operator.inference import ModelOperator
from outcrop.operator.prompts import binary_prompt
from outcrop.operator.simplify import FinishReasonStyle, simplified, text
from outcrop.operator.values import Value, bind, fixed

InputView = Literal["document", "binary"]


class Asked(msgspec.Struct):
    """One record's request as it was first sent, and how its answer is to be read."""

    request: Document
    way: json_mode.Way | None = None

    @property
    def thinking(self) -> bool:
        """Whether the model reasons first."""
        return "additionalModelRequestFields" in self.request

    @property
    def begun(self) -> str:
        """What the answer was begun with."""
        return PREFILL if self.way == "prefill" else ""

    @property
    def prefill(self) -> bool:
        """Whether the model goes on from an answer that was begun for it."""
        return capabilities.of(self.request["modelId"]).prefill and not self.thinking


@dataclass(kw_only=True)
class ConverseOperator(ModelOperator):
    """Asks a model once per record. Settings are literals, `$path.expressions` or callables that take the record."""

    TITLE: ClassVar[str] = "Amazon Bedrock Converse API"

    input: InputView = setting(
        "document",
        "Input type",
        "Records are JSON objects, or bytes whose text is the prompt.",
        values="document, binary",
    )
    prompt: Value[str] | None = setting(
        None, "Prompt", "The user message. Required without a payload.", internal="prompt"
    )
    use_message_payload: bool = setting(
        False,
        "Use message payload",
        "Ask with the messages of Message payload instead of a prompt.",
        internal="useMessages",
    )
    message_payload: Value[list[Document]] | None = setting(
        None, "Message payload", "A list of messages, such as `$messages`.", internal="messages"
    )
    json_mode: bool = setting(
        False,
        "JSON mode",
        "The answer is JSON; the parsed value is `json_output`, or `content` when simplified. Takes no value from the "
        "record.",
        internal="advancedPromptConfiguration.jsonMode",
    )
    json_schema: Any = setting(
        None,
        "JSON schema",
        "A JSON schema that the answer of JSON mode must follow; models with structured output are held to it. Ours.",
    )
    cache_system_prompt: Value[bool] = setting(
        False,
        "Cache system prompt",
        "Put a cache point after the system prompt.",
        internal="advancedPromptConfiguration.cacheSystem",
    )
    simplify_response: bool = setting(
        False,
        "Simplify response",
        "Give the shape that is the same for all providers. Takes no value from the record.",
        internal="advancedResponseConfiguration.simplifyResponse",
    )
    finish_reason_style: FinishReasonStyle = setting(
        "converse",
        "Finish reason style",
        "Whose words `finish_reason` has: Converse's or those of chat completions. Ours.",
        values="converse, openai",
    )
    continuation_requests: bool = setting(
        False,
        "Continuation requests",
        "Ask on while the answer ends for want of tokens. Takes no value from the record.",
        internal="advancedResponseConfiguration.continuationRequests",
    )
    continuation_requests_limit: int | None = setting(
        None,
        "Continuation requests limit",
        "The most further requests; required with Continuation requests. Takes no value from the record.",
        internal="advancedResponseConfiguration.continuationRequestLimit",
        values="1 to 20",
    )
    debug_mode: bool = setting(
        False,
        "Debug mode",
        "Add the raw responses as `_sl_responses`; with Simplify response or Continuation requests. Takes no value from the "
        "record.",
        internal="advancedResponseConfiguration.debugMode",
    )
    strict_compatibility: bool = setting(
        False, "Strict compatibility", "Refuse the models that the page's tables do not name. Ours."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._prompt = bind("Prompt", self.prompt)
        self._payload = bind("Message payload", self.message_payload)
        self._cache = bind("Cache system prompt", self.cache_system_prompt, checks.flag)
        for name in ("json_mode", "simplify_response", "continuation_requests", "debug_mode"):
            fixed(self.__dataclass_fields__[name].metadata["title"], getattr(self, name), checks.flag)
        gates.settings(self)
        if self._model.fixed:
            gates.model(self, self._model.source)

    def original(self, record: Record) -> Any:
        """The record; of a binary one its text, as far as it is one."""
        return record if self.input == "document" else {"content": binary_prompt(record, errors="replace")}

    async def work(self, record: Record) -> Document:
        """The answer to one record. Raises DataException, ExecutionException."""
        asked = self._asked(record)
        responses = await self._responses(asked)
        response = self._merged(asked, responses)
        document = self._shaped(asked, response)
        if self.debug_mode:
            document["_sl_responses"] = responses if self.continuation_requests else responses[0]
        document["original"] = self.original(record)
        return document

    def first_request(self, record: Record) -> Document:
        """The request that would be sent for `record`, and nothing is sent. Raises DataException."""
        return self._asked(record).request

    def _asked(self, record: Record) -> Asked:
        conversation = self._conversation(record)
        self.statistics.warnings += conversation.warnings
        request = self.request(record, conversation.messages, conversation.system)
        if not self._model.fixed:
            gates.of_record(self, request["modelId"])
        asked = Asked(request)
        if self.json_mode:
            asked.way = json_mode.way(request["modelId"], schema=self.json_schema, thinking=asked.thinking)
            json_mode.prepare(request, asked.way, self.json_schema)
        return asked

    def _conversation(self, record: Record) -> payload.Conversation:
        if self.use_message_payload:
            return payload.parse(self._payload.of(record), lift=self.system_role == "lift")
        prompt = binary_prompt(record) if self.input == "binary" else self._prompt.of(record)
        fault = checks.filled(prompt)
        if fault:
            raise DataException("The Prompt value is invalid.", fault, "Provide a prompt in the record.")
        return payload.Conversation([{"role": "user", "content": [{"text": prompt}]}], [])

    def system(self, record: Record) -> list[Document]:
        """The system blocks, with a cache point after them where asked for."""
        blocks = super().system(record)
        return [*blocks, {"cachePoint": {"type": "default"}}] if blocks and self._cache.of(record) else blocks

    async def _responses(self, asked: Asked) -> list[Document]:
        responses = [await self.ask(asked.request)]
        limit = (self.continuation_requests_limit or 0) if self.continuation_requests else 0
        while len(responses) <= limit and continuation.can_go_on(responses):
            request = continuation.further(asked.request, responses, prefill=asked.prefill, begun=asked.begun)
            try:
                responses.append(await self.ask(request))
            except DataException as error:
                error.response = self._merged(asked, responses)
                raise
        return responses

    def _merged(self, asked: Asked, responses: list[Document]) -> Document:
        """One response with the whole text, what the answer was begun with included."""
        one = dict(responses[0])
        if self.continuation_requests:
            one = continuation.merge(responses, stripped=asked.prefill)
        if asked.begun:
            said = continuation.blocks(one)
            message = {**one["output"]["message"], "content": _begun(asked.begun, said)}
            one["output"] = {**one["output"], "message": message}
        return one

    def _shaped(self, asked: Asked, response: Document) -> Document:
        whole = text(response)
        value: Any = whole
        if asked.way:
            value = json_mode.parse(whole, response)
            json_mode.check(value, self.json_schema, response)
        if self.simplify_response:
            return simplified(response, value, self.finish_reason_style)
        return {**response, "json_output": value} if asked.way else response


def _begun(prefill: str, content: list[Document]) -> list[Document]:
    """`content` with the prefill before its first text, where the model has gone on from it."""
    at = next((n for n, block in enumerate(content) if "text" in block), None)
    if at is None:
        return [{"text": prefill}, *content]
    first = {**content[at], "text": begin(prefill, content[at]["text"])}
    return [*content[:at], first, *content[at + 1 :]]
