"""What a model does with the sampling parameters when a request says nothing, and how its reasoning is turned on.

For people who set a parameter and want to see what it was: nothing here is applied to a request. Sources: the user guide's
pages of inference parameters per provider, and of Claude's and Nova's reasoning. No row: no default is documented.
"""

from typing import Any

from outcrop.chat.features import Api, Model
from outcrop.families.anthropic_messages.generation import version

# temperature and topP, in Converse's range of 0 to 1
_DEFAULTS: dict[Api, tuple[float, float]] = {
    "ai21_j2": (0.5, 0.5),
    "ai21_jamba": (1.0, 1.0),
    "anthropic_messages": (1.0, 0.999),
    "anthropic_text": (1.0, 1.0),
    "cohere_command": (0.9, 0.75),
    "cohere_command_r": (0.3, 0.75),
    "llama": (0.5, 0.9),
    "mistral_chat": (0.7, 1.0),
    "mistral_text": (0.5, 0.9),
    "nova": (0.7, 0.9),
    "titan_text": (0.7, 0.9),
    "writer": (1.0, 1.0),
}
BUDGET = 1024  # tokens: the least that Claude takes
ADAPTIVE = (4, 6)  # the Claude that decides by itself how long to think, and every later one


def defaults(model: Model) -> dict[str, float]:
    """The documented defaults of `model` by Converse's names; empty when there are none."""
    found = _DEFAULTS.get(model.api)
    return {"temperature": found[0], "topP": found[1]} if found else {}


def reasoning(model: Model) -> dict[str, Any] | None:
    """The additional request fields that turn on the reasoning of `model`; None when nothing does, or nothing need."""
    if model.features.reasoning is None or model.features.always_reasons:
        return None
    if model.api == "anthropic_messages":
        thinking = {"type": "enabled", "budget_tokens": BUDGET}
        return {"thinking": {"type": "adaptive"} if version(model) >= ADAPTIVE else thinking}
    if model.api == "nova":
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}
    return None
