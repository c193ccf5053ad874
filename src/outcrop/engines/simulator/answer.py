"""What the simulator says: a plan of blocks from the request alone, with no limit applied yet.

A tool call when one is forced or the last message calls for it, JSON when a schema is asked for, else a few sentences
that reflect the last message, the system prompt, pictures, documents and tool results. Reasoning comes first when the
request turns it on. Everything is derived from the request; ids are hashes of it. A sentence that cites is a block of its
own, as it is in Claude's answers.
"""

import hashlib
import re
from functools import lru_cache
from typing import Any, Literal

import msgspec

from outcrop.chat.features import Model
from outcrop.chat.json_mode import INSTRUCTION
from outcrop.chat.json_schema import InvalidSchema
from outcrop.chat.refusals import ModelRefusal
from outcrop.chat.request import ChatRequest, text_of
from outcrop.engines.simulator import signatures
from outcrop.engines.simulator.reading import Material, Told
from outcrop.engines.simulator.sample import sample
from outcrop.model.runtime import Citation, Message, SystemContentBlock, ToolSpecification

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W\d_]{3,}")
_SHORT = 400
_THINKING = (
    "thinking",
    "reasoning_config",
    "reasoningConfig",
)  # Claude's member, its alias on Converse (probed), Nova 2's
REDACTED = "[REDACTED]."  # all that Nova 2 shows of its reasoning (recorded)
_encode = msgspec.json.Encoder().encode


class Block(msgspec.Struct, kw_only=True):
    """One planned block: text (with what it cites), reasoning (signed where the model signs), or a tool call with its
    arguments as JSON."""

    kind: Literal["text", "reasoning", "tool"]
    text: str
    name: str = ""
    id: str = ""
    signature: str | None = None
    citation: Citation | None = None


def plan(model: Model, request: ChatRequest, material: Material) -> list[Block]:
    """The blocks of the answer, in the order a model makes them."""
    answer = _call_or_text(model, request, material)
    if not _thinks(model, request):
        return answer
    thought = _reasoning(model, request)
    signature = signatures.sign(thought) if model.features.reasoning_signature else None
    return [Block(kind="reasoning", text=thought, signature=signature), *answer]


def _call_or_text(model: Model, request: ChatRequest, material: Material) -> list[Block]:
    if request.tools:
        tool = _tool(request)
        if tool:
            return [_tool_call(model, request, tool)]
    schema = _schema(request)
    if schema is not None:
        return [Block(kind="text", text=_encode(_sample(schema, request)).decode())]
    return _prose(model, request, material)


def _tool(request: ChatRequest) -> ToolSpecification | None:
    """The tool to call: the one that is forced, the best one when any is, and with `auto` one the message names."""
    tools = [tool.tool_spec for tool in request.tools if tool.tool_spec]
    choice = request.tool_choice
    if choice and choice.tool:
        return next((tool for tool in tools if tool.name == choice.tool.name), None)
    ranked = sorted(tools, key=lambda tool: -_relevance(tool, request))
    if choice and choice.any:
        return ranked[0] if ranked else None
    answered = any(block.tool_result for block in request.messages[-1].content) if request.messages else False
    return ranked[0] if ranked and not answered and _relevance(ranked[0], request) else None


def _relevance(tool: ToolSpecification, request: ChatRequest) -> int:
    """How many words of the last message the tool's name and description share."""
    said = {word.lower() for word in _WORD.findall(last_text(request.messages))}
    known = {word.lower() for word in _WORD.findall(re.sub(r"[_-]", " ", tool.name) + " " + (tool.description or ""))}
    return len((said & known) - _COMMON)


_COMMON = frozenset(
    "the and for are was that this with what which you your have has can could from into use used using get given one "
    "tell please about when where how who why not all any answer question call function tool".split()
)


def _tool_call(model: Model, request: ChatRequest, tool: ToolSpecification) -> Block:
    schema = tool.input_schema.json
    arguments = _sample(schema if schema is not None else {"type": "object"}, request)
    own = model.features.tool_use_id == "function"
    identifier = f"functions.{tool.name}:0" if own else "tooluse_" + _id(request, 22)
    return Block(kind="tool", text=_encode(arguments).decode(), name=tool.name, id=identifier)


def _sample(schema: Any, request: ChatRequest) -> Any:
    words = last_text(request.messages).split()
    try:
        return sample(schema, seed=_seed(request), words=words)
    except InvalidSchema as error:
        raise ModelRefusal(f"Invalid JSON schema: {error}") from error


def _schema(request: ChatRequest) -> Any:
    """The schema the answer's text must follow, or None."""
    text_format = request.output_config.text_format if request.output_config else None
    if text_format is None or text_format.structure.json_schema is None:
        return None
    return _parsed(text_format.structure.json_schema.schema)


@lru_cache(maxsize=256)
def _parsed(schema: str) -> Any:
    try:
        return msgspec.json.decode(schema)
    except msgspec.DecodeError as error:
        raise ModelRefusal("output_config.format.schema: Input should be a valid dictionary") from error


def _thinks(model: Model, request: ChatRequest) -> bool:
    """Whether the answer has a reasoning block: asked for, or a model that always sends one."""
    if not request.fields:
        return model.features.always_reasons
    thinking = next(filter(None, map(request.fields.get, _THINKING)), None)
    asked = isinstance(thinking, dict) and thinking.get("type") in ("enabled", "adaptive")
    return asked or model.features.always_reasons


def _prose(model: Model, request: ChatRequest, material: Material) -> list[Block]:
    """A few sentences about what arrived."""
    last = request.messages[-1] if request.messages and not request.plain else None
    if last and last.role == "assistant" and last_text([last]).strip():
        return [Block(kind="text", text=_continuation(last_text([last])))]
    opening = [f"I am the Outcrop simulator, answering as {model.name}."]
    system = _system(request.system)
    if system:
        opening.append(f"My instructions are: “{_shortened(system)}”.")
    closing = []
    results = _results(request.messages) if last else ""
    if results:
        closing.append(f"The tool answered: {_shortened(results)}.")
    said = last_text(request.messages)
    if said:
        closing.append(f"You said: “{_shortened(said)}”.")
        if INSTRUCTION in said:
            return [_object([*opening, *(one.text for one in material.sentences), *closing])]
    return _joined(opening, material.sentences, closing)


def _object(sentences: list[str]) -> Block:
    """The sentences as JSON, for who asks for that in the words of JSON mode."""
    return Block(kind="text", text=_encode({"answer": " ".join(sentences)}).decode())


def _joined(opening: list[str], told: list[Told], closing: list[str]) -> list[Block]:
    """One text, or several around the sentences that cite; the space between them is in what does not, if it can be."""
    if not told:  # most have nothing but words
        return [Block(kind="text", text=" ".join(opening + closing))]
    blocks = [Block(kind="text", text=" ".join(opening))]
    for sentence in (*told, *map(Told, closing)):
        plain = blocks[-1].citation is None
        if plain:
            blocks[-1].text += " "
        if plain and sentence.citation is None:
            blocks[-1].text += sentence.text
        else:
            text = sentence.text if plain else f" {sentence.text}"
            blocks.append(Block(kind="text", text=text, citation=sentence.citation))
    return blocks


def _continuation(prefill: str) -> str:
    """A prefilled answer is carried on, and a begun JSON object is closed."""
    if prefill.rstrip().endswith("{"):
        return '"answer": "This is the Outcrop simulator, carrying on from the text you began."}'
    return " and so on: the Outcrop simulator carries on from the text you began."


def _reasoning(model: Model, request: ChatRequest) -> str:
    if model.features.reasoning_redacted:
        return REDACTED
    words = len(last_text(request.messages).split())
    said = "one word" if words == 1 else f"{words:,} words"
    return f"The user's last message has {said}. I should say what I was given, and nothing else."


def last_text(messages: list[Message]) -> str:
    """The text of the last message, its blocks joined by a space."""
    return " ".join(filter(None, map(text_of, messages[-1].content))) if messages else ""


def _results(messages: list[Message]) -> str:
    """What the tools of the last turn answered, as text."""
    parts = []
    for block in messages[-1].content if messages else ():
        for item in block.tool_result.content if block.tool_result else ():
            if item.text is not None:
                parts.append(item.text)
            elif item.json is not None:
                parts.append(_encode(item.json).decode())
    return "; ".join(parts)


def _system(blocks: list[SystemContentBlock]) -> str:
    return " ".join(filter(None, map(text_of, blocks)))


def _shortened(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0] + " …"


def _digest(request: ChatRequest) -> bytes:
    """A hash of the conversation, which seeds everything that looks random."""
    return hashlib.blake2b(_encode((request.messages, request.system, request.tool_config)), digest_size=64).digest()


def _seed(request: ChatRequest) -> int:
    return int.from_bytes(_digest(request)[:4], "big")


def _id(request: ChatRequest, length: int) -> str:
    """Base 62 characters, the form of tool-use ids since 2026-02 (83 of 83 recorded)."""
    number = int.from_bytes(_digest(request), "big")
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        characters.append(_BASE62[digit])
    return "".join(characters)
