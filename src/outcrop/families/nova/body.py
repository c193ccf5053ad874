"""A native Nova body, typed: Converse's own structures within a frame that is Nova's.

Only the frame is closed against unknown members. What stands in a block is read as Converse reads it; a body with more in
it than text is shown to the schema of `outlines` as well, which is stricter.

Source: the request schema of the Nova user guides, recorded requests.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from outcrop.model.runtime import (
    CachePointBlock,
    DocumentBlock,
    ImageBlock,
    ReasoningContentBlock,
    ToolConfiguration,
    ToolResultBlock,
    ToolUseBlock,
    VideoBlock,
)

Share = Annotated[float, Meta(ge=0, le=1)]
Length = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]


class Strict(Struct, forbid_unknown_fields=True, kw_only=True, rename="camel"):
    """The base of all: unknown members are refused."""


class Block(Strict):
    """A content block: one of its members, and beside a text a cache point (recorded)."""

    text: str | None = None
    image: ImageBlock | None = None
    video: VideoBlock | None = None
    document: DocumentBlock | None = None
    tool_use: ToolUseBlock | None = None
    tool_result: ToolResultBlock | None = None
    reasoning_content: ReasoningContentBlock | None = None
    cache_point: CachePointBlock | None = None


class Turn(Strict):
    role: Literal["user", "assistant"]
    content: Annotated[list[Block], Meta(min_length=1)]


class Instruction(Strict):
    text: str
    cache_point: CachePointBlock | None = None


class Inference(Strict):
    """Settings, some of which go by either of two names (max_new_tokens and top_p recorded, top_k documented)."""

    max_tokens: Length | UnsetType = UNSET
    max_new_tokens: Length | UnsetType = field(default=UNSET, name="max_new_tokens")
    temperature: Share | UnsetType = UNSET
    top_p: Share | UnsetType = UNSET
    snake_top_p: Share | UnsetType = field(default=UNSET, name="top_p")
    top_k: Count | UnsetType = UNSET
    snake_top_k: Count | UnsetType = field(default=UNSET, name="top_k")
    stop_sequences: list[str] | UnsetType = UNSET


class Body(Strict):
    """A whole request. An optional member may be absent but not null, as with every schema of the service."""

    messages: Annotated[list[Turn], Meta(min_length=1)]
    schema_version: str | UnsetType = UNSET
    system: list[Instruction] = []
    inference_config: Inference = field(default_factory=Inference)
    tool_config: ToolConfiguration | UnsetType = UNSET
    reasoning_config: dict[str, Any] | UnsetType = UNSET  # of the second generation
