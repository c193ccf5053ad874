"""The message appender: a tool-calling response and the results of its functions become one list of messages."""

from dataclasses import dataclass
from typing import Any, ClassVar

from outcrop.operator.base import ExecutionMode, Operator, Record
from outcrop.operator.exceptions import DataException, Document
from outcrop.operator.fields import setting
from outcrop.operator.values import Value, bind


@dataclass(kw_only=True)
class MessageAppender(Operator):
    """A record is a list: the tool-calling response first, then what the functions gave."""

    TITLE: ClassVar[str] = "Message Appender"

    message: Value[Any] = setting(
        "$messages",
        "Message",
        "The messages of an input; an input that is a message itself counts as one.",
        internal="message",
    )
    execution_mode: ExecutionMode = setting(
        "Execute only",
        "Snap execution",
        "Whether a preview runs, only runs do, or nothing does, here and downstream.",
        internal="execution_mode",
        values="Validate & Execute, Execute only, Disabled",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        self._message = bind("Message", self.message)

    async def work(self, record: Record) -> Document:
        """The response with all `messages`. Raises DataException."""
        if not isinstance(record, list | tuple) or len(record) < 2:
            raise DataException(
                "Unable to append messages",
                "Two inputs are needed at least.",
                "Provide a list: the tool-calling response, then the function results.",
            )
        return {**record[0], "messages": [message for one in record for message in self._messages(one)]}

    def _messages(self, document: Any) -> list[Any]:
        if isinstance(document, dict) and ("sl_role" in document or "role" in document):
            return [{name: value for name, value in document.items() if name != "original"}]
        found = self._message.of(document)
        return found if isinstance(found, list) else [found]
