"""Llama's templates, taken apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcrop.errors import ValidationException
from outcrop.families import prompts

Said = list[tuple[str, str | None]]


def spoken(prompt: str) -> tuple[list[str | None], Said]:
    system, messages = prompts.turns(prompt)
    return [block.text for block in system], [(message.role, message.content[0].text) for message in messages]


def test_a_raw_prompt_is_one_turn_of_the_user_as_it_stands() -> None:
    # the course of 2024 sends its prompts raw
    assert spoken("What is 1 + 1? ") == ([], [("user", "What is 1 + 1? ")])


def test_llama_3() -> None:
    # Meta's prompt format; recorded prompts have the same form
    prompt = (
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nHow are you?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n"
    )
    assert spoken(prompt) == (["Be brief."], [("user", "Hi"), ("assistant", "Hello!"), ("user", "How are you?")])


def test_an_open_turn_of_the_assistant_is_kept() -> None:
    prompt = (
        "<|start_header_id|>user<|end_header_id|>\n\nJSON, please<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n{"
    )
    assert spoken(prompt) == ([], [("user", "JSON, please"), ("assistant", "{")])


def test_results_of_tools_speak_to_the_model() -> None:
    prompt = (
        "<|start_header_id|>user<|end_header_id|>\n\nWeather?<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n<|python_tag|>f()<|eom_id|>"
        "<|start_header_id|>ipython<|end_header_id|>\n\n15 degrees<|eot_id|>"
    )
    assert spoken(prompt)[1] == [("user", "Weather?"), ("assistant", "f()"), ("user", "15 degrees")]


def test_llama_4() -> None:
    prompt = (
        "<|begin_of_text|><|header_start|>system<|header_end|>\n\nBe kind.<|eot|>"
        "<|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>\n\n"
    )
    assert spoken(prompt) == (["Be kind."], [("user", "Hi")])


def test_llama_2() -> None:
    prompt = "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHi [/INST] Hello! </s><s>[INST] How are you? [/INST]"
    assert spoken(prompt) == (["Be brief."], [("user", "Hi"), ("assistant", "Hello!"), ("user", "How are you?")])


@pytest.mark.parametrize(
    "prompt",
    [
        "<|start_header_id|>system<|end_header_id|>\n\nNobody asks anything",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
        "[INST]  [/INST]",
        "[INST] never closed",
        "<|eot_id|>",
    ],
)
def test_half_a_template_is_a_raw_prompt(prompt: str) -> None:
    # decided: nothing that was sent is lost
    assert spoken(prompt) == ([], [("user", prompt)])


PIECES = (
    "<|start_header_id|>",
    "user",
    "assistant",
    "system",
    "<|end_header_id|>",
    "<|eot_id|>",
    "[INST]",
    "[/INST]",
    "x\n",
)


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_every_prompt_has_a_turn_of_the_user(prompt: str) -> None:
    _, said = spoken(prompt)
    assert any(role == "user" for role, _ in said)
    assert all(text or not prompt for _, text in said)


@given(
    st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text("abc ,.\n", min_size=1)), min_size=1),
    st.text("abc \n"),
)
def test_what_the_template_wraps_comes_out_again(said: list[tuple[str, str]], system: str) -> None:
    written = [("system", system), ("user", "first"), *said]
    prompt = "".join(f"<|start_header_id|>{role}<|end_header_id|>\n\n{text}<|eot_id|>" for role, text in written)
    expected = [(role, text.strip()) for role, text in written[1:] if text.strip()]
    assert spoken(prompt) == ([system.strip()] if system.strip() else [], expected)


OPENED = ["<|start_header_id|>", "<|header_start|>", "[INST]", "[INST]<<SYS>>", "[INST]a[/INST]<<SYS>>", "<s>", "<|"]


@pytest.mark.parametrize("mark", OPENED)
def test_beginnings_without_an_end_are_text(mark: str) -> None:
    """A million of them: a search for the end of each would last for hours."""
    text = mark * 1_000_000 if mark.count("[/INST]") == 0 else mark + "<<SYS>>" * 1_000_000
    system, said = spoken(text)
    assert system == []
    assert len(said) <= 2


def test_what_is_opened_after_the_last_end_is_text_of_the_last_turn() -> None:
    assert spoken("[INST]a[/INST]b[INST]c") == ([], [("user", "a"), ("assistant", "b[INST]c")])
    prompt = "<|start_header_id|>user<|end_header_id|>a<|start_header_id|>b"
    assert spoken(prompt) == ([], [("user", "a<|start_header_id|>b")])
    assert spoken("[INST]<<SYS>>a<</SYS>>b<<SYS>>c[/INST]") == (["a"], [("user", "b<<SYS>>c")])


def test_turns_by_the_ten_thousand_are_refused_before_they_are_made() -> None:
    spelt = "[INST]a[/INST]b"
    assert len(spoken(spelt * 1000)[1]) == 2000
    for prompt in (spelt, "<|start_header_id|>user<|end_header_id|>a", "[INST]<<SYS>>a<</SYS>>"):
        with pytest.raises(ValidationException, match="Input is too long for requested model"):
            prompts.turns(prompt * (prompts.MAX_TURNS + 1) + "[/INST]")


def test_a_prompt_is_cut_as_often_as_it_may_be() -> None:
    mark = re.compile("(-)")
    assert len(prompts.cut(mark, "-" * prompts.MAX_TURNS)) == 2 * prompts.MAX_TURNS + 1
    with pytest.raises(ValidationException):
        prompts.cut(mark, "-" * (prompts.MAX_TURNS + 1))
