"""Rules of Claude models about the turns of a conversation: text, tool calls and their results, the last turn.

Places are native ones (``messages.0.content.1``): cache points, which native blocks carry as a member, are not counted.
Sources are named as in `rules`.
"""

from collections.abc import Iterator, Set
from itertools import groupby

from outcrop.chat.features import Model
from outcrop.chat.request import ChatRequest
from outcrop.families.anthropic_messages.generation import version
from outcrop.model.runtime import ContentBlock, Message


def blocks(message: Message) -> Iterator[tuple[int, ContentBlock]]:
    """The blocks of a message with their native indices."""
    return enumerate(block for block in message.content if block.cache_point is None)


def content(request: ChatRequest, model: Model) -> str | None:
    """At least one message; no empty and no blank text (all quoted)."""
    if not request.messages:
        return "messages: at least one message is required"
    for message in request.messages:
        for at, block in enumerate(message.content):
            if block.text is not None and not block.text.strip() and not _joined(message, at):
                return f"messages: text content blocks must {_lacks(block.text)}"
    for part in request.system:
        if part.text is not None and not part.text.strip():
            return f"system: text content blocks must {_lacks(part.text)}"
    return None


def _joined(message: Message, at: int) -> bool:
    """Whether the text stands beside a document that reaches the model as text and takes it in (recorded: one line feed
    behind a txt file)."""
    beside = [message.content[n].document for n in (at - 1, at + 1) if 0 <= n < len(message.content)]
    return bool(message.content[at].text) and any(document and document.format != "pdf" for document in beside)


def _lacks(text: str) -> str:
    return "contain non-whitespace text" if text else "be non-empty"


def tool_results(request: ChatRequest, model: Model) -> str | None:
    """Every call answered in the next turn, and no answer without a call (both quoted)."""
    called: list[str] = []
    calling = 0
    for role, group in groupby(enumerate(request.messages), lambda numbered: numbered[1].role):
        joined = list(group)  # turns of one role in a row are one turn
        if role == "user":
            results = {block.tool_result.tool_use_id for _, m in joined for block in m.content if block.tool_result}
            missing = [identifier for identifier in called if identifier not in results]
            if missing:
                return _missing(calling, missing)
        if role != "system":
            known = frozenset(called)
            for index, message in joined:
                if refusal := _uncalled(index, known, message):
                    return refusal
            called = [block.tool_use.tool_use_id for _, m in joined for block in m.content if block.tool_use]
            calling = joined[-1][0]
    return _missing(calling, called) if called else None


def _missing(index: int, identifiers: list[str]) -> str:
    return (
        f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
        f"{', '.join(identifiers)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
        "message."
    )


def _uncalled(index: int, called: Set[str], message: Message) -> str | None:
    for at, block in blocks(message):
        if block.tool_result and block.tool_result.tool_use_id not in called:
            return (
                f"messages.{index}.content.{at}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{block.tool_result.tool_use_id}. Each `tool_result` block must have a corresponding `tool_use` block "
                "in the previous message."
            )
    return None


def reasoning(request: ChatRequest, model: Model) -> str | None:
    """Thinking that comes back without its signature (quoted)."""
    for index, message in enumerate(request.messages):
        for at, block in blocks(message):
            thought = block.reasoning_content.reasoning_text if block.reasoning_content else None
            if thought and thought.signature is None:
                return f"messages.{index}.content.{at}.thinking.signature: Field required"
    return None


def last(request: ChatRequest, model: Model) -> str | None:
    """A last turn of the assistant: not on newer models (probed), not ending in white space (quoted), not beside tools on
    Claude 3 (recorded on Sonnet; Haiku has taken one)."""
    message = request.messages[-1]
    if message.role != "assistant":
        return None
    if model.features.prefill == "refused_by_model":
        return "This model does not support assistant message prefill. The conversation must end with a user message."
    if request.tools and version(model) < (3, 5) and "haiku" not in (model.short_name or ""):
        return (
            "Your API request included an `assistant` message in the final position, which would pre-fill the "
            "`assistant` response. When using tools, pre-filling the `assistant` response is not supported."
        )
    text = message.content[-1].text if message.content else None
    if text is not None and text != text.rstrip():
        return "messages: final assistant content cannot end with trailing whitespace"
    return None
