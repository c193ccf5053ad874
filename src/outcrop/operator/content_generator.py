"""The multimodal content generator: a file or a record's field becomes content for messages."""

import mimetypes
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from outcrop.operator import checks, multimodal
from outcrop.operator.base import Operator, Record
from outcrop.operator.exceptions import ConfigurationException, DataException, Document
from outcrop.operator.fields import setting
from outcrop.operator.values import Value, bind

Kind = Literal["image", "document", "video", "audio"]


@dataclass(kw_only=True)
class MultimodalContentGenerator(Operator):
    """Makes `{sl_type, sl_contentType, sl_content, name}` of each record, checked as far as its form goes."""

    TITLE: ClassVar[str] = "Amazon Bedrock Multimodal Content Generator"

    input: Literal["document", "binary"] = setting(
        "document", "Input type", "Records are JSON objects, or bytes.", values="document, binary"
    )
    type: Kind = setting("image", "Type", "What the content is.", values="image, document, video, audio")
    content: Value[Any] | None = setting(
        None, "Content", "Base64, a data URL or bytes, such as `$image`. Hidden with binary input."
    )
    content_type: Value[str] | None = setting(
        None, "Content-type", "The MIME type, such as `image/png`. Blank: what the name's ending says."
    )
    name: Value[str] | None = setting(None, "Name", "Identifies a document to the model.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.type not in multimodal.FORMATS:
            raise _refused("Type", repr(self.type), f"Choose one of: {', '.join(multimodal.FORMATS)}.")
        if self.input not in ("document", "binary"):
            raise _refused("Input type", repr(self.input), "Choose document or binary.")
        if (self.content is None) == (self.input == "document"):
            reason = "The value is required." if self.content is None else "It is hidden with Binary input."
            raise _refused("Content", reason, "Give the content by a field, or by binary input.")
        self._content = bind("Content", self.content)
        self._content_type = bind("Content-type", self.content_type, checks.text)
        self._name = bind("Name", self.name, checks.text)

    def original(self, record: Record) -> Any:
        """The record; of a binary one its base64."""
        return record if self.input == "document" else {"content": multimodal.encoded(record)}

    async def work(self, record: Record) -> Document:
        """The content, ready for a message. Raises DataException."""
        binary = self.input == "binary"
        facts = None if binary else record
        name = self._name.of(facts)
        made: Document = {
            "sl_type": self.type,
            "sl_contentType": self._content_type.of(facts) or _guessed(name),
            "sl_content": multimodal.encoded(record if binary else self._content.of(record)),
        }
        if name:
            made["name"] = name
        multimodal.block(made)
        return made if binary else {**made, "original": record}


def _guessed(name: str | None) -> str:
    found = mimetypes.guess_type(name or "")[0]
    if found is None:
        raise DataException(
            "Unable to use the multimodal content",
            f"There is no Content-type, and the name {name!r} does not tell it.",
            "Provide the Content-type.",
        )
    return found


def _refused(title: str, reason: str, resolution: str) -> ConfigurationException:
    return ConfigurationException(f"The {title} value is invalid.", reason, resolution)
