"""A native Claude Messages body, typed: decoding one is most of checking it.

The structures hold what is right for at least one model; `reading` asks the schemas about what only some take. They are
as strict as the schemas, so that a body that decodes needs no second look.

Source: the Messages page of the Bedrock user guide, recorded requests.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

MediaType = Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
Share = Annotated[float, Meta(ge=0, le=1)]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True):
    """The base of all: unknown members are refused."""


class Block(Strict, tag_field="type", tag=str.lower):
    """The base of content blocks: the name of the class, or its tag, is the value of ``type``."""


class Ephemeral(Strict):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class Text(Block):
    text: str
    citations: Any = None  # of an answer that comes back; they add nothing to its text
    cache_control: Ephemeral | None = None


class Paragraph(Strict):
    """A text block where no other kind may stand."""

    type: Literal["text"]
    text: str
    citations: Any = None
    cache_control: Ephemeral | None = None


class Picture(Strict):
    type: Literal["base64"]
    media_type: MediaType
    data: str


class Image(Block):
    source: Picture
    cache_control: Ephemeral | None = None


class Pdf(Block, tag="base64"):
    media_type: Literal["application/pdf"]
    data: str


class PlainText(Block, tag="text"):
    media_type: Literal["text/plain"]
    data: str


class Passage(Block, tag="content"):
    content: str | list[Paragraph]


class Citations(Strict):
    enabled: bool = False


class Document(Block):
    source: Pdf | PlainText | Passage
    title: str | None = None
    context: str | None = None
    citations: Citations | None = None
    cache_control: Ephemeral | None = None


class SearchResult(Block, tag="search_result"):
    source: str
    title: str
    content: list[Paragraph]
    citations: Citations | None = None
    cache_control: Ephemeral | None = None


class ToolUse(Block, tag="tool_use"):
    id: str
    name: str
    input: dict[str, Any]
    caller: Any = None  # of an answer that comes back
    cache_control: Ephemeral | None = None


class ToolResult(Block, tag="tool_result"):
    tool_use_id: str
    content: str | list[Text | Image | Document | SearchResult] | None = None
    is_error: bool | None = None
    cache_control: Ephemeral | None = None


class Thinking(Block):
    thinking: str
    signature: str


class RedactedThinking(Block, tag="redacted_thinking"):
    data: str


ContentBlock = Text | Image | Document | SearchResult | ToolUse | ToolResult | Thinking | RedactedThinking


class Turn(Strict):
    role: Literal["user", "assistant", "system"]
    content: str | list[ContentBlock]


class CustomTool(Strict):
    """A tool of the caller's own. Those of Anthropic's are left as they come."""

    name: Annotated[str, Meta(pattern="^[a-zA-Z0-9_-]{1,128}$")]
    input_schema: dict[str, Any]
    type: Literal["custom"] | None = None
    description: str | UnsetType = UNSET
    strict: bool | None = None
    cache_control: Ephemeral | None = None


class Auto(Block):
    disable_parallel_tool_use: bool = False


class AnyTool(Block, tag="any"):
    disable_parallel_tool_use: bool = False


class Named(Block, tag="tool"):
    name: str
    disable_parallel_tool_use: bool = False


class NoTool(Block, tag="none"):
    pass


class Format(Strict):
    type: Literal["json_schema"]
    schema: dict[str, Any]


class Output(Strict):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: Format | None = None


class Body(Strict):
    """A whole request; `max_tokens` counts tokens. An optional member may be absent but not null (recorded)."""

    anthropic_version: str
    max_tokens: Annotated[int, Meta(ge=1)]
    messages: list[Turn]
    anthropic_beta: list[str] | UnsetType = UNSET
    system: str | list[Paragraph] = ""
    temperature: Share | UnsetType = UNSET
    top_p: Share | UnsetType = UNSET
    top_k: Annotated[int, Meta(ge=0, le=500)] | UnsetType = UNSET
    stop_sequences: list[str] | UnsetType = UNSET
    tools: list[dict[str, Any]] = []
    tool_choice: Auto | AnyTool | Named | NoTool | UnsetType = UNSET
    # The rest is for some models only.
    thinking: dict[str, Any] | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET
    output_config: Output | UnsetType = UNSET
    context_management: dict[str, Any] | UnsetType = UNSET
