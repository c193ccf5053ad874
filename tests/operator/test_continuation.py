"""A.6: when an answer is continued, how it is asked on, and how the answers are merged."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.operator.clients import answered, said

from outcrop.operator.continuation import GO_ON, begin, can_go_on, further, joined, merge

REQUEST: dict[str, Any] = {"modelId": "m", "messages": [{"role": "user", "content": [{"text": "Count."}]}]}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}}
CUT_THOUGHT = {"reasoningContent": {"reasoningText": {"text": "Hm"}}}
CALL = {"toolUse": {"toolUseId": "a", "name": "t", "input": {}}}


def test_the_pages_rules() -> None:
    first = said("One, ", "max_tokens", trace={"a": 1}, additionalModelResponseFields={"b": 1})
    second = said("two, ", "max_tokens", trace={"a": 2}, additionalModelResponseFields={"b": 2})
    third = said("three.", serviceTier={"type": "default"})
    assert merge([first, second, third], stripped=False) == {
        "output": {"message": {"content": [{"text": "One, two, three."}], "role": "assistant"}},
        "stopReason": "end_turn",
        "stop_reason": "end_turn",
        "usage": {"inputTokens": 30, "outputTokens": 15, "totalTokens": 45},
        "serviceTier": {"type": "default"},
    }


def test_one_response_keeps_everything() -> None:
    only = said("All.", trace={"a": 1}, additionalModelResponseFields={"b": 1})
    assert merge([only], stripped=True) == {**only, "stop_reason": "end_turn"}


def test_cache_tokens_are_summed_and_details_dropped() -> None:
    usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2, "cacheReadInputTokens": 4, "cacheDetails": []}
    merged = merge([said("a", "max_tokens", usage=usage), said("b", usage=usage)], stripped=False)
    assert merged["usage"] == {"inputTokens": 2, "outputTokens": 2, "totalTokens": 4, "cacheReadInputTokens": 8}


def test_several_texts_become_one_after_the_reasoning() -> None:
    cited = {"citationsContent": {"content": [{"text": "c"}], "citations": []}}
    merged = merge(
        [
            answered([THOUGHT, {"text": "a"}, {"text": "b"}, cited], "max_tokens"),
            answered([{"text": "d"}, CALL], "tool_use"),
        ],
        stripped=False,
    )
    assert merged["output"]["message"]["content"] == [THOUGHT, {"text": "abcd"}, CALL]


def test_what_is_continued() -> None:
    assert can_go_on([said("One, ", "max_tokens")])
    assert not can_go_on([said("One.")])
    assert not can_go_on([said("One.", "stop_sequence")])
    assert not can_go_on([said("  \n", "max_tokens")])
    assert not can_go_on([answered([CUT_THOUGHT], "max_tokens")])


def test_a_cut_tool_call_is_never_continued() -> None:
    assert not can_go_on([answered([{"text": "I look."}, CALL], "max_tokens")])


def test_a_prefill_ends_without_white_space() -> None:
    asked = further(REQUEST, [said("One,\n", "max_tokens"), said("two, ", "max_tokens")], prefill=True, begun="")
    assert asked["messages"] == [*REQUEST["messages"], {"role": "assistant", "content": [{"text": "One,\ntwo,"}]}]


def test_json_modes_prefill_is_carried_on() -> None:
    begun = {**REQUEST, "messages": [*REQUEST["messages"], {"role": "assistant", "content": [{"text": "{"}]}]}
    asked = further(begun, [said('"a": ', "max_tokens")], prefill=True, begun="{")
    assert asked["messages"] == [*REQUEST["messages"], {"role": "assistant", "content": [{"text": '{"a":'}]}]


def test_a_model_may_begin_anew() -> None:
    assert begin("{", '"a": 1}') == '{"a": 1}'
    assert begin("{", '\n {"a": 1}') == '\n {"a": 1}'
    assert begin("{", '```json\n{"a": 1}\n```') == '```json\n{"a": 1}\n```'
    assert begin("{", "}") == "{}"
    assert begin("", "Hi") == "Hi"


def test_other_models_are_told_to_go_on_and_keep_their_signed_reasoning() -> None:
    redacted = {"reasoningContent": {"redactedContent": "eA=="}}
    response = answered([THOUGHT, redacted, CUT_THOUGHT, {"text": "One, "}], "max_tokens")
    asked = further({**REQUEST, "outputConfig": {}}, [response], prefill=False, begun="")
    assert asked["messages"][1:] == [
        {"role": "assistant", "content": [THOUGHT, redacted, {"text": "One, "}]},
        {"role": "user", "content": [{"text": GO_ON}]},
    ]
    assert "outputConfig" not in asked


def test_white_space_comes_back_once() -> None:
    assert joined(["One, ", "two"], stripped=True) == "One, two"
    assert joined(["One, ", " two"], stripped=True) == "One, two"
    assert joined(["One.\n", "\n\nTwo"], stripped=True) == "One.\n\nTwo"
    assert joined(["One, ", " two"], stripped=False) == "One,  two"
    assert joined(["One ", "", "two"], stripped=True) == "One two"


texts = st.lists(st.text(alphabet="ab \n"), max_size=5)


@given(texts)
def test_joining_loses_nothing_but_white_space(parts: list[str]) -> None:
    plain, stripped = joined(parts, stripped=False), joined(parts, stripped=True)
    assert plain == "".join(parts)
    assert "".join(stripped.split()) == "".join(plain.split())
    assert len(stripped) <= len(plain)


@given(st.text(alphabet="ab \n"), st.integers(0, 12))
def test_a_model_that_goes_on_from_what_it_saw_is_joined_to_the_whole(whole: str, at: int) -> None:
    first, rest = whole[:at], whole[len(whole[:at].rstrip()) :]
    assert joined([first, rest], stripped=True) == whole


@given(st.lists(st.tuples(st.text(alphabet="ab "), st.integers(0, 9)), min_size=2, max_size=5))
def test_sums_and_text_for_any_number_of_responses(parts: list[tuple[str, int]]) -> None:
    responses = [
        said(text, "max_tokens", usage={"inputTokens": n, "outputTokens": 1, "totalTokens": n + 1}) for text, n in parts
    ]
    merged = merge(responses, stripped=False)
    assert merged["output"]["message"]["content"] == [{"text": "".join(text for text, _ in parts)}]
    assert merged["usage"]["inputTokens"] == sum(n for _, n in parts)
    assert merged["usage"]["totalTokens"] == merged["usage"]["inputTokens"] + merged["usage"]["outputTokens"]
    assert "metrics" not in merged
