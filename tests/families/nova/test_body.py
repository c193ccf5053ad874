"""The typed frame of a Nova body."""

from typing import Any

import msgspec
import pytest

from outcrop.families.nova.body import Body, Inference

TURNS = [{"role": "user", "content": [{"text": "Hi"}]}]


@pytest.mark.parametrize(
    "members",
    [
        {"x": 1},
        {"system": None},  # of no schema of the service is a null as good as nothing
        {"schemaVersion": None},
        {"inferenceConfig": {"max_tokens": 5}},  # recorded: max_new_tokens; documented: maxTokens
        {"messages": []},
        {"messages": [{"role": "system", "content": [{"text": "Hi"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]},
    ],
)
def test_the_frame_is_closed(members: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"messages": TURNS, **members}, Body)


def test_what_is_not_said_is_unset() -> None:
    body = msgspec.convert({"messages": TURNS}, Body)
    assert body.inference_config == Inference()
    assert (body.system, body.tool_config, body.reasoning_config) == ([], msgspec.UNSET, msgspec.UNSET)


def test_settings_have_their_own_names() -> None:
    given = {"max_new_tokens": 1, "top_p": 0.5, "topP": 0.6, "top_k": 2, "topK": 3}
    read = msgspec.convert(given, Inference)
    assert (read.max_new_tokens, read.snake_top_p, read.top_p, read.snake_top_k, read.top_k) == (1, 0.5, 0.6, 2, 3)
    assert msgspec.to_builtins(read) == given
