"""Nova's native answers."""

import msgspec
from tests.conftest import Ask, converse_path
from tests.families.conftest import hub, model, whole
from tests.families.runs import call_run, end, text_run, thought_run

from outcrop.chat import events
from outcrop.families import nova
from outcrop.families.nova import replies

LITE = model("amazon.nova-lite-v1:0")
LITE_2 = model("amazon.nova-2-lite-v1:0")


def test_a_reply_in_bytes() -> None:
    # recorded, 2025: the order of all keys, and the cache counts, zeros included
    assert nova.encode_reply(whole(*text_run("Machines", " learn.")), hub(), LITE) == (
        b'{"output":{"message":{"content":[{"text":"Machines learn."}],"role":"assistant"}},"stopReason":"end_turn",'
        b'"usage":{"inputTokens":14,"outputTokens":3,"totalTokens":17,"cacheReadInputTokenCount":0,'
        b'"cacheWriteInputTokenCount":0}}'
    )


def test_text_and_two_calls() -> None:
    # recorded: the order of a call's keys, and UUIDs where Converse has tooluse_ and 22 characters
    run = [
        events.message_start(),
        events.text_delta(0, "<thinking> So. </thinking>\n"),
        events.block_stop(0),
        events.tool_use_start(1, "get_current_weather", "4d8acf92-6a04-42b6-aaf7-f68937a339ef"),
        events.tool_use_delta(1, '{"location":"Seattle"}'),
        events.block_stop(1),
        *end("tool_use"),
    ]
    answer = nova.encode_reply(whole(*run), hub(), LITE)
    assert answer.startswith(
        b'{"output":{"message":{"content":[{"text":"<thinking> So. </thinking>\\n"},{"toolUse":'
        b'{"name":"get_current_weather","toolUseId":"4d8acf92-6a04-42b6-aaf7-f68937a339ef",'
        b'"input":{"location":"Seattle"}}}],"role":"assistant"}},"stopReason":"tool_use","usage":'
    )


def test_an_identifier_becomes_a_uuid_and_stays_the_same() -> None:
    made = replies.tool_use_id("tooluse_1")
    assert [len(part) for part in made.split("-")] == [8, 4, 4, 4, 12]
    assert made == replies.tool_use_id("tooluse_1") == replies.tool_use_id(made) != replies.tool_use_id("tooluse_2")


def test_the_headers_are_made_from_a_usage_that_tells_the_cache() -> None:
    # recorded: the pair of headers is there whether a cache point was asked for or not
    reply = whole(*text_run("Hi"))
    before = reply.usage
    nova.encode_reply(reply, hub(), LITE)
    assert (reply.usage.cache_read_input_tokens, reply.usage.cache_write_input_tokens) == (0, 0)
    assert before.cache_read_input_tokens is None  # Converse may hold the same usage, and tells nothing


def test_what_was_cached_is_counted() -> None:
    # recorded: 5 new, 2 out, 14,922 read; the total counts them all
    reply = whole(*text_run("RAW"))
    reply.usage = msgspec.structs.replace(
        reply.usage,
        input_tokens=5,
        output_tokens=2,
        total_tokens=14929,
        cache_read_input_tokens=14922,
        cache_write_input_tokens=0,
    )
    assert nova.encode_reply(reply, hub(), LITE).endswith(
        b'"usage":{"inputTokens":5,"outputTokens":2,"totalTokens":14929,"cacheReadInputTokenCount":14922,'
        b'"cacheWriteInputTokenCount":0}}'
    )


def test_reasoning_stands_before_the_answer() -> None:
    # documented for Nova 2
    answer = nova.encode_reply(whole(*thought_run(["[REDACTED]"], ["345"])), hub(), LITE_2)
    assert b'[{"reasoningContent":{"reasoningText":{"text":"[REDACTED]"}}},{"text":"345"}]' in answer


def test_an_empty_answer() -> None:
    # recorded: a call that takes no arguments has an empty object
    assert b'"input":{}' in nova.encode_reply(whole(*call_run("")), hub(), LITE)
    assert b'"content":[{"text":""}]' in nova.encode_reply(whole(*text_run("")), hub(), LITE)


def test_answers_of_both_operations(ask: Ask) -> None:
    # recorded: the pair in InvokeModel's headers; no cache counts in Converse's usage without a cache point
    said = {"messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
    headers = ask(converse_path(LITE.id, "invoke"), said).headers
    assert [headers[f"x-amzn-bedrock-cache-{kind}-input-token-count"] for kind in ("read", "write")] == ["0", "0"]
    answer = ask(converse_path(LITE.id), {**said, "additionalModelResponseFieldPaths": ["/stopReason"]}).json
    assert answer["additionalModelResponseFields"] == {"stopReason": "end_turn"}
    assert not any(name.startswith("cache") for name in answer["usage"])
