"""Rules about the turns of a conversation and the system prompt beside them."""

from collections.abc import Iterator
from itertools import islice

from outcrop.chat.rules.subject import Subject
from outcrop.model.runtime import ContentBlock
from outcrop.wire.validate import MAX_TOLD, broken, constraint_error

_KEYS = (
    "text, image, toolUse, toolResult, document, video, cachePoint, reasoningContent, citationsContent, searchResult"
)


def roles(s: Subject) -> Iterator[str]:
    """`system` has come into the service model as a role, and is refused all the same (reported 2024-08 and 2026-09)."""
    every = (
        broken(message.role, f"messages.{i}.member.role", "Member must satisfy enum value set: [user, assistant]")
        for i, message in enumerate(s.messages, 1)
        if message.role == "system"
    )
    if found := list(islice(every, MAX_TOLD)):
        yield constraint_error(found).message


def chat_model(s: Subject) -> Iterator[str]:
    """Embedding, image and speech models (reported)."""
    if not s.model.features.converse:
        yield "This action doesn't support the model that you provided. Try again with a supported text or chat model."


def block_keys(s: Subject) -> Iterator[str]:
    """A content block is a union with exactly one member (reported)."""
    for i, j, block in s.blocks():
        if block.text is not None and block == ContentBlock(text=block.text):
            continue
        count = sum(getattr(block, name) is not None for name in block.__struct_fields__)
        if count != 1:
            verb = "can only" if count else "must"
            yield f"ContentBlock object at messages.{i}.content.{j} {verb} set one of the following keys: {_KEYS}."


def empty_content(s: Subject) -> Iterator[str]:
    """A message with no block (reported)."""
    for i, message in enumerate(s.messages):
        if not message.content:
            yield (
                f"The content field in the Message object at messages.{i} is empty. Add a ContentBlock object to the "
                "content field and try again."
            )


def first_turn(s: Subject) -> Iterator[str]:
    """The first turn is the user's (recorded); Anthropic and Qwen take a leading assistant turn since 2025 (reported)."""
    leading = s.messages[0].role if s.messages else None
    if leading is None or (leading == "assistant" and s.model.provider not in ("Anthropic", "Qwen")):
        yield (
            "A conversation must start with a user message. Try again with a conversation that starts with a user "
            "message."
        )


def blank_text(s: Subject) -> Iterator[str]:
    """Blank text: reported for every family but Claude, whose model refuses it itself; Nova takes a space (recorded).

    For Claude, too, the service says it with optimized latency and in turns with tool calls (reported).
    """
    by_model = s.model.provider == "Anthropic" and s.latency != "optimized"
    for i, message in enumerate(s.messages):
        if by_model and not any(block.tool_use for block in message.content):
            continue
        for j, block in enumerate(message.content):
            text = block.text
            if text is not None and not (text if s.model.provider == "Amazon" else text.strip()):
                yield (
                    f"The text field in the ContentBlock object at messages.{i}.content.{j} is blank. Add text to the "
                    "text field, and try again."
                )


def last_turn(s: Subject) -> Iterator[str]:
    """A last turn of the assistant, on models the service knows not to take one (probed)."""
    if s.messages and s.messages[-1].role == "assistant" and s.model.features.prefill == "refused":
        yield (
            "The model that you are using requires the last turn in the conversation to be a user message. Add a user "
            "message to the conversation and try again."
        )


def system_messages(s: Subject) -> Iterator[str]:
    """A system prompt on a model that takes none (probed on Mistral 7B)."""
    if s.input.system and not s.model.features.system:
        yield (
            "This model doesn't support system messages. Try again without a system message or use a model that "
            "supports system messages."
        )
