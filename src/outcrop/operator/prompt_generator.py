"""The prompt generator: a Mustache template and a record make `$prompt`, or `$messages` with a role and content."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from outcrop.operator import mustache
from outcrop.operator.base import Operator, Record
from outcrop.operator.exceptions import ConfigurationException, Document
from outcrop.operator.fields import setting
from outcrop.operator.values import Value, bind

Role = Literal["SYSTEM", "USER", "ASSISTANT"]


@dataclass(kw_only=True)
class PromptGenerator(Operator):
    """Makes a prompt of each record. Its output pairs with the Converse operator's `use_message_payload`."""

    TITLE: ClassVar[str] = "Amazon Bedrock Prompt Generator"

    template: str = setting(
        "",
        "Prompt template",
        "A Mustache template: `{{name}}` is HTML-escaped, `{{{name}}}` is not. A text, never an expression.",
        internal="editable_content",
    )
    advanced_mode: bool = setting(
        False, "Advanced mode", "Give `messages` with a role instead of `prompt`.", internal="advancedMode"
    )
    role: Role = setting("USER", "Role", "The role of the message.", internal="role", values="SYSTEM, USER, ASSISTANT")
    content: Value[Any] | None = setting(
        None,
        "Content",
        "The message's content, such as multimodal content; after the text of the template if there is one.",
        internal="content",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.role not in ("SYSTEM", "USER", "ASSISTANT"):
            raise ConfigurationException(
                "The Role value is invalid.", repr(self.role), "Choose SYSTEM, USER or ASSISTANT."
            )
        if self.content is not None and not self.advanced_mode:
            raise ConfigurationException(
                "The Content value is invalid.", "It appears with Advanced mode.", "Select it."
            )
        if not self.template and self.content is None:
            raise ConfigurationException(
                "The Prompt template value is invalid.", "The value is required.", "Provide a template."
            )
        self._content = bind("Content", self.content)
        self._template = _compiled(self.template)

    async def work(self, record: Record) -> Document:
        """`prompt` or `messages`, and `original`. Raises DataException."""
        text = self._template.render(record)
        if not self.advanced_mode:
            return {"prompt": text, "original": record}
        return {"messages": [{"content": self._joined(text, record), "sl_role": self.role}], "original": record}

    def _joined(self, text: str, record: Record) -> Any:
        if self.content is None:
            return text
        content = self._content.of(record)
        if not self.template:
            return content
        return [text, *(content if isinstance(content, list) else [content])]


def _compiled(text: str) -> mustache.Template:
    try:
        return mustache.compile(text)
    except mustache.InvalidTemplate as error:
        raise ConfigurationException(
            "Unable to read the Prompt template", str(error), "Correct the template."
        ) from error
