"""What a model can do for JSON mode and continuation, from its id alone: the catalogue's rows, and the page's own lists.

A model that the catalogue does not know (an application inference profile, provisioned throughput, one of tomorrow) is
taken to do nothing special; the ways that are left work with any model.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, get_args

import msgspec

from outcrop.chat.features import Geography

if TYPE_CHECKING:
    from outcrop.catalog import Catalogue

CLAUDE = "anthropic.claude"
# The page's table of models that take a system prompt; it names every Claude of its day.
SYSTEM_PROMPT = (
    CLAUDE,
    "cohere.command-r-v1:0",
    "cohere.command-r-plus-v1:0",
    "meta.llama3-8b-instruct-v1:0",
    "meta.llama3-70b-instruct-v1:0",
    "meta.llama3-1-8b-instruct-v1:0",
    "meta.llama3-1-70b-instruct-v1:0",
    "meta.llama3-1-405b-instruct-v1:0",
    "mistral.mistral-large-2402-v1:0",
    "mistral.mistral-large-2407-v1:0",
)
_GEOGRAPHIES: tuple[str, ...] = get_args(Geography)


class Capabilities(msgspec.Struct, frozen=True):
    """`prefill`: the answer may be begun for the model; `structured`: its text can follow a schema."""

    prefill: bool
    structured: bool


def base(model_id: str) -> str:
    """The model's own id: of an ARN what follows the last slash, and without an inference profile's geography."""
    name = model_id.rpartition("/")[2]
    geography, _, rest = name.partition(".")
    return rest if geography in _GEOGRAPHIES else name


def is_claude(model_id: str) -> bool:
    """Whether the model's own id is one of Claude's."""
    return base(model_id).startswith(CLAUDE)


@lru_cache(maxsize=256)
def of(model_id: str) -> Capabilities:
    """What the model called `model_id` can do."""
    model = _catalogue().get(base(model_id))
    if model is None:
        return Capabilities(prefill=False, structured=False)
    features = model.features
    return Capabilities(features.prefill == "accepted", features.structured_output == "accepted")


@lru_cache(maxsize=1)
def _catalogue() -> "Catalogue":
    from outcrop.catalog import Catalogue  # read once, and only where JSON mode or continuation asks

    return Catalogue.load()
