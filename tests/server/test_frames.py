"""The chat's frames: whatever arrives is a prompt or is refused in words, and what leaves is told piece by piece."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.chat import events
from outcrop.server import frames
from outcrop.wire import bounds


@given(st.one_of(st.text(), st.binary()))
def test_any_plain_frame_is_its_own_prompt_or_is_refused(data: str | bytes) -> None:
    with contextlib.suppress(frames.WrongFrame):
        prompt = frames.read_plain(data)
        assert prompt.turn() == [
            {"role": "user", "content": [{"text": data if isinstance(data, str) else data.decode()}]}
        ]


@given(st.one_of(st.text(), st.binary()))
def test_any_json_frame_is_a_prompt_or_is_refused(data: str | bytes) -> None:
    with contextlib.suppress(frames.WrongFrame):
        prompt = frames.read_json(data)
        assert prompt.type != "prompt" or prompt.turn()


def test_a_very_deep_frame_is_refused() -> None:
    with pytest.raises(frames.WrongFrame):
        frames.read_json('{"content":' + "[" * 100_000)


@pytest.mark.parametrize("kind", [str, bytes])
def test_a_frame_of_too_many_values_is_not_even_decoded(kind: type) -> None:
    data = b'{"messages":[' + b"{}," * bounds.MAX_VALUES + b"no JSON"
    with pytest.raises(frames.WrongFrame, match=bounds.TOO_LONG):
        frames.read_json(data.decode() if kind is str else data)


def test_a_prompts_body_is_converses_with_nothing_that_was_not_said() -> None:
    prompt = frames.read_json('{"text":"Hello","system":"Be brief","inferenceConfig":{"topP":0.5}}')

    assert msgspec.json.decode(prompt.body(prompt.turn())) == {
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "system": [{"text": "Be brief"}],
        "inferenceConfig": {"topP": 0.5},
    }


def test_the_end_waits_for_the_cost() -> None:
    typed = frames.Typed()

    assert typed.frames([events.text_delta(0, "Hi"), events.text_delta(0, ""), events.message_stop("end_turn")], 5) == [
        {"type": "delta", "index": 0, "text": "Hi"}
    ]
    end = typed.frames([events.metadata(events.usage(3, 1), 7)], 5)[0]
    assert (end["type"], end["stopReason"], end["latencyMs"], end["firstTokenMs"]) == ("end", "end_turn", 7, 5)
