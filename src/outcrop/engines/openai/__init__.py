"""Servers that speak OpenAI's chat completions: vLLM, SGLang, llama-server, Ollama, LM Studio, TGI, hosted ones.

The backend is asked in its own language (`families.chat_completions` writes and hears it) and always asked to stream,
so that a long answer is never a long silence. Documents go as their text, pictures in formats that every such server
reads.
"""

from typing import Annotated, Literal

from msgspec import Meta

from outcrop.engines.kinds import Parts
from outcrop.engines.openai.backend import Completions, Reach, Speech
from outcrop.engines.secrets import Keyed, key

URL = Annotated[str, Meta(pattern=r"^https?://[^\s/?#@]+[^\s?#]*$")]


class Options(Keyed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`endpoint` is what stands before ``/chat/completions``, `timeout` the seconds without a byte that are too many.

    `images` are the formats that go as they are; others become PNG, and without any, pictures are refused. `limit` is
    the member for the token limit; `reasoning` the one for thoughts of earlier turns, "none" to leave them out.
    `dimensions` says that the backend can shorten vectors.
    """

    endpoint: URL
    timeout: Annotated[float, Meta(gt=0)] = 600.0
    images: tuple[Literal["png", "jpeg", "gif", "webp"], ...] = ("png", "jpeg", "gif")
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    reasoning: Literal["reasoning_content", "reasoning", "none"] = "reasoning_content"
    dimensions: bool = False


def build(name: str, options: Options, parts: Parts) -> Completions:
    """The backend called `name`; raises EngineError for a key that is not there."""
    reach = Reach(parts.pool, options.endpoint.rstrip("/"), key(options, parts.folder), options.timeout)
    speech = Speech(
        images=frozenset(options.images),
        limit=options.limit,
        reasoning=None if options.reasoning == "none" else options.reasoning,
        dimensions=options.dimensions,
    )
    return Completions(name, reach, speech, parts.documents)
