"""Llama's prompt templates, taken apart into turns: those of Llama 2, Llama 3 and Llama 4, or none.

InvokeModel hands a prompt to the model as it stands; the hub speaks of turns. A prompt that follows a template becomes the
turns it spells out, an open turn of the assistant included; any other text, half a template among them, is what one user
says. Nothing is lost but the template itself, and nothing refused but turns by the ten thousand.

Sources: Meta's published prompt formats; the prompts of recorded requests.
"""

import re
from typing import Any

from outcrop.errors import ValidationException
from outcrop.model.runtime import ContentBlock, Message, SystemContentBlock
from outcrop.wire import bounds

MAX_TURNS = 50_000  # of one prompt; decided, as for other bodies: that many values take seconds
Turns = tuple[list[SystemContentBlock], list[Message]]

# Llama 3: <|start_header_id|>user<|end_header_id|> text <|eot_id|>; Llama 4 shortens the names.
_HEADER = re.compile(r"<\|(?:start_header_id|header_start)\|>(.*?)<\|(?:end_header_id|header_end)\|>", re.DOTALL)
_MARKS = re.compile(r"<\|(?:begin_of_text|end_of_text|eot_id|eom_id|eot|eom|image|python_tag)\|>")
# Llama 2: [INST] <<SYS>> system <</SYS>> user [/INST] assistant </s><s>[INST] ...
_INSTRUCTION = re.compile(r"\[INST\](.*?)\[/INST\]", re.DOTALL)
_SYSTEM = re.compile(r"<<SYS>>(.*?)<</SYS>>", re.DOTALL)
_ENDS = re.compile(r"</?s>")
_ROLES = {"system": "system", "assistant": "assistant"}  # the others, results of tools among them, speak to the model


def turns(prompt: str) -> Turns:
    """The system prompt and the turns of `prompt`; at least one turn, and the user's among them."""
    for template in (_headers, _instructions):
        spoken = template(prompt)
        if any(role == "user" for role, _ in spoken):
            return _hub(spoken)
    return _hub([("user", prompt)])


def cut(mark: re.Pattern[str], prompt: str) -> list[str]:
    """`prompt` cut at a mark of one group, as `re.split` does; raises ValidationException for too many of them."""
    parts = mark.split(prompt, MAX_TURNS + 1)
    if len(parts) > 2 * MAX_TURNS + 1:
        raise ValidationException(bounds.TOO_LONG)
    return parts


def _upto(text: str, *ends: str) -> tuple[str, str]:
    """`text` as far as the last of `ends`, and the rest, in which nothing that was opened is closed.

    Nobody need look there: a search for an end behind every one of a million beginnings would never be done.
    """
    at = max([text.rfind(end) + len(end) if end in text else 0 for end in ends])
    return text[:at], text[at:]


def _headers(prompt: str) -> list[tuple[str, str]]:
    spelt, rest = _upto(prompt, "<|end_header_id|>", "<|header_end|>")
    before, *parts = cut(_HEADER, spelt)
    if parts:
        parts[-1] += rest
    spoken = [("user", before)] + [
        (_ROLES.get(role.strip(), "user"), text) for role, text in zip(parts[::2], parts[1::2], strict=True)
    ]
    return _said([(role, _MARKS.sub("", text)) for role, text in spoken]) if parts else []


def _instructions(prompt: str) -> list[tuple[str, str]]:
    spelt, rest = _upto(prompt, "[/INST]")
    before, *parts = cut(_INSTRUCTION, spelt)
    if parts:
        parts[-1] += rest
    spoken = [("user", before)]
    for instruction, answer in zip(parts[::2], parts[1::2], strict=True):
        framed, plain = _upto(instruction, "<</SYS>>")
        pieces = cut(_SYSTEM, framed)
        spoken += [("system", system) for system in pieces[1::2]]
        spoken += [("user", "".join([*pieces[::2], plain])), ("assistant", answer)]
    return _said([(role, _ENDS.sub("", text)) for role, text in spoken]) if parts else []


def _said(spoken: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without turns in which nothing is said, such as the assistant's that the model is to fill."""
    return [(role, text.strip()) for role, text in spoken if text.strip()]


def _hub(spoken: list[tuple[Any, str]]) -> Turns:
    system = [SystemContentBlock(text=text) for role, text in spoken if role == "system"]
    return system, [Message(role=role, content=[ContentBlock(text=text)]) for role, text in spoken if role != "system"]
