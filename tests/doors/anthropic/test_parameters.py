"""Every parameter that the anthropic package names is decided, and Bedrock's models refuse what is said to be refused."""

import anthropic
import pytest
from anthropic import Anthropic
from anthropic.types import message_count_tokens_params as count
from anthropic.types import message_create_params as create
from anthropic.types.beta import message_count_tokens_params as beta_count
from anthropic.types.beta import message_create_params as beta_create
from tests.doors.anthropic.conftest import MODEL
from tests.doors.sdk_types import paths, undecided, unknown

from outcrop.doors.anthropic.parameters import MESSAGES

REFUSED = sorted(name for name, row in MESSAGES.items() if row.kind == "refused")


def test_every_parameter_is_decided() -> None:
    kinds = (
        create.MessageCreateParamsNonStreaming,
        create.MessageCreateParamsStreaming,
        count.MessageCountTokensParams,
        beta_create.MessageCreateParamsNonStreaming,
        beta_count.MessageCountTokensParams,
    )
    found = paths(*kinds, within={})
    assert (undecided(found, MESSAGES), unknown(found, MESSAGES)) == (set(), set())


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_by_its_name(client: Anthropic, name: str) -> None:
    messages = [{"role": "user", "content": "Hello"}]
    with pytest.raises(anthropic.BadRequestError, match=f"{name}: Extra inputs are not permitted"):
        client.messages.create(model=MODEL, max_tokens=9, messages=messages, extra_body={name: "x"})  # type: ignore[arg-type]
    with pytest.raises(anthropic.BadRequestError, match=f"{name}: Extra inputs are not permitted"):
        client.messages.count_tokens(model=MODEL, messages=messages, extra_body={name: "x"})  # type: ignore[arg-type]
