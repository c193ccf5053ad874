"""Tool calling: asks a model that may call functions; the response leaves by one view, each call by the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from outcrop.operator import checks, continuation, payload, tools
from outcrop.operator.base import Record, View
from outcrop.operator.exceptions import ConfigurationException, Document
from outcrop.operator.fields import setting
from outcrop.operator.inference import ModelOperator
from outcrop.operator.values import Value, bind

ToolChoice = Literal["AUTO", "ANY", "SPECIFY A FUNCTION"]


@dataclass(kw_only=True)
class ToolOperator(ModelOperator):
    """What operators share that show tools to a model."""

    message_payload: Value[list[Document]] = setting(
        "$messages", "Message payload", "A list of messages, such as `$messages`.", internal="messagePayload"
    )
    tool_payload: Value[Any] = setting(
        "$tools",
        "Tool payload",
        "A list of tools, such as Function Generators make, or Converse's own.",
        internal="toolPayload",
    )
    tool_choice: ToolChoice = setting(
        "AUTO",
        "Tool choice",
        "Whether the model decides, must call some function, or must call one.",
        internal="advancedToolConfiguration.toolChoice",
        values="AUTO, ANY, SPECIFY A FUNCTION",
    )
    function_name: Value[str] | None = setting(
        None,
        "Function name",
        "The function to call, with SPECIFY A FUNCTION.",
        internal="advancedToolConfiguration.functionName",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.tool_choice not in ("AUTO", "ANY", "SPECIFY A FUNCTION"):
            raise ConfigurationException(
                "The Tool choice value is invalid.", repr(self.tool_choice), "Choose AUTO, ANY or SPECIFY A FUNCTION."
            )
        if (self.function_name is None) == (self.tool_choice == "SPECIFY A FUNCTION"):
            raise ConfigurationException(
                "The Function name value is invalid.",
                "It is required with SPECIFY A FUNCTION, and appears with nothing else.",
                "Provide a name, or choose AUTO or ANY without one.",
            )
        self._messages = bind("Message payload", self.message_payload)
        self._tools = bind("Tool payload", self.tool_payload)
        self._function = bind("Function name", self.function_name, checks.text)

    def choice(self, record: Record) -> Document | None:
        """Converse's `toolChoice`; AUTO is the default and needs none."""
        if self.tool_choice == "AUTO":
            return None
        return {"any": {}} if self.tool_choice == "ANY" else {"tool": {"name": self._function.of(record)}}

    def tools(self, record: Record) -> list[Document]:
        """The tools of a record. Raises DataException."""
        return tools.listed(self._tools.of(record))

    def conversation(self, record: Record) -> payload.Conversation:
        """The messages of a record. Raises DataException."""
        return payload.parse(self._messages.of(record), lift=self.system_role == "lift")


@dataclass(kw_only=True)
class ToolCalling(ToolOperator):
    """Gives the whole response with the complete `messages` on output0, and one document per tool to call on output1."""

    TITLE: ClassVar[str] = "Amazon Bedrock Converse API Tool Calling"

    async def work(self, record: Record) -> Document:
        """The response, `messages` with the new turn of the assistant, and `original`. Raises DataException."""
        conversation = self.conversation(record)
        self.statistics.warnings += conversation.warnings
        request = self.request(record, conversation.messages, conversation.system)
        request["toolConfig"] = tools.configuration(self.tools(record), self.choice(record))
        response = await self.ask(request)
        given = self._messages.of(record)
        return {**response, "messages": [*given, response["output"]["message"]], "original": record}

    def views(self, document: Document) -> Iterator[tuple[View, Document]]:
        """The response, then the calls."""
        yield "output0", document
        for call in self.calls(document):
            yield "output1", call

    def calls(self, document: Document) -> list[Document]:
        """The tools that a response asks for, each with its arguments, its metadata if it has any, and `original`."""
        beside = tools.metadata(self.tools(document["original"]))
        uses = [block["toolUse"] for block in continuation.blocks(document) if "toolUse" in block]
        return [
            {
                "toolUse": use,
                "json_arguments": use.get("input"),
                **({"sl_tool_metadata": beside[use["name"]]} if use["name"] in beside else {}),
                "original": document["original"],
            }
            for use in uses
            if document.get("stopReason") != "max_tokens"  # a cut call is no call
        ]
