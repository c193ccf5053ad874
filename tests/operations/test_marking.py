"""Guardrails on native bodies: what is judged, what is answered whole and in streams, and what is refused."""

from typing import Any

import msgspec
import pytest
from tests.conftest import HAIKU, Answer, answer, converse_path
from tests.operations.guarded import EMAIL, Guarded, guarded, made, timeless

from outcrop.wire.http import HttpRequest

__all__ = ["guarded"]

LLAMA, TITAN = "meta.llama3-8b-instruct-v1:0", "amazon.titan-text-express-v1"
HAIKU_4_5 = "us.anthropic.claude-haiku-4-5-20251001-v1:0"


def claude(text: str, **members: Any) -> dict[str, Any]:
    return {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": text}],
        **members,
    }


def invoke(
    guarded: Guarded, one: str, body: Any, *, model: str = HAIKU, operation: str = "invoke", trace: str = "ENABLED"
) -> Answer:
    named = {
        "x-amzn-bedrock-guardrailidentifier": one,
        "x-amzn-bedrock-guardrailversion": "DRAFT",
        "x-amzn-bedrock-trace": trace,
    }
    token = {"authorization": f"Bearer {guarded.built.credentials.bearer_token}"}
    request = HttpRequest("POST", converse_path(model, operation), "", {**named, **token}, msgspec.json.encode(body))
    return guarded.runner.run(answer(guarded.built, request))


def chunks(got: Answer) -> list[dict[str, Any]]:
    return [msgspec.json.decode(msgspec.convert(event["bytes"], bytes)) for _, event in got.events]


def test_nothing_found_is_said(guarded: Guarded) -> None:
    one = made(guarded)
    got = invoke(guarded, one, claude("Is it a rock?"))
    assert got.json["amazon-bedrock-guardrailAction"] == "NONE"
    told = got.json["amazon-bedrock-trace"]["guardrail"]
    assert list(told) == ["input", "outputs", "actionReason"]
    assert told["actionReason"] == "No action."
    coverage = {"textCharacters": {"guarded": 13, "total": 13}}
    assert told["input"][one]["invocationMetrics"]["guardrailCoverage"] == coverage
    assert told["outputs"][0][one]["appliedGuardrailDetails"]["guardrailId"] == one
    assert got.json["content"] == [{"type": "text", "text": "A stone."}]
    assert "x-amzn-bedrock-output-token-count" in got.headers


def test_blocked_input_of_claude(guarded: Guarded) -> None:
    one = made(guarded)
    got = invoke(guarded, one, claude("Is it basalt?"), model=HAIKU_4_5)
    body = got.json
    assert body.pop("id").startswith("bedrock-guardrails-")
    told = timeless(body.pop("amazon-bedrock-trace"))["guardrail"]
    assert body == {  # recorded
        "amazon-bedrock-guardrailAction": "INTERVENED",
        "content": [{"text": "Not asked.", "type": "text"}],
        "model": "claude-haiku-4-5-20251001",
        "role": "assistant",
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "type": "message",
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }
    assert list(told) == ["input", "actionReason"]
    assert list(told["input"][one]) == ["wordPolicy", "invocationMetrics", "appliedGuardrailDetails"]  # recorded order
    assert not [name for name in got.headers if name.startswith("x-amzn-bedrock-")]
    assert guarded.engine.asked == []
    assert [entry.outcome for entry in guarded.entries] == ["refused_guard"]


def test_blocked_input_of_llama(guarded: Guarded) -> None:
    got = invoke(guarded, made(guarded), {"prompt": "basalt"}, model=LLAMA, trace="DISABLED")
    assert got.json == {"generation": "Not asked.", "amazon-bedrock-guardrailAction": "INTERVENED"}
    headers = [name for name in got.headers if name.startswith("x-amzn-bedrock-")]
    assert headers == ["x-amzn-bedrock-invocation-latency"]


def test_blocked_input_of_a_stream_of_claude(guarded: Guarded) -> None:
    one = made(guarded)
    got = invoke(guarded, one, claude("basalt"), model=HAIKU_4_5, operation="invoke-with-response-stream")
    start, *rest, stop = chunks(got)
    assert start["message"].pop("id").startswith("bedrock-guardrails-")
    assert start["message"]["usage"] == {"input_tokens": 0, "output_tokens": 0}
    assert rest == [  # recorded
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Not asked."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}},
    ]
    assert list(stop) == ["type", "amazon-bedrock-guardrailAction", "amazon-bedrock-trace"]
    assert [entry.outcome for entry in guarded.entries] == ["refused_guard"]


def test_a_system_prompt_is_judged_too(guarded: Guarded) -> None:
    """Documented: the complete prompt is."""
    got = invoke(guarded, made(guarded), claude("Hello", system="Know basalt."))
    assert got.json["amazon-bedrock-guardrailAction"] == "INTERVENED"
    assert guarded.engine.asked == []


def test_what_is_masked_of_either_side(guarded: Guarded) -> None:
    one = made(guarded, **EMAIL)
    guarded.engine.say("Ask c@d.example.")
    got = invoke(guarded, one, claude("I am a@b.example", system="Of e@f.example"))
    (asked,) = guarded.engine.asked
    assert (asked.messages[0].content[0].text, asked.system[0].text) == ("I am {EMAIL}", "Of {EMAIL}")
    assert got.json["content"] == [{"type": "text", "text": "Ask {EMAIL}."}]
    assert got.json["amazon-bedrock-guardrailAction"] == "INTERVENED"
    (native,) = got.json["amazon-bedrock-trace"]["guardrail"]["modelOutput"]
    assert "c@d.example" in native


@pytest.mark.parametrize("model", [HAIKU, LLAMA, TITAN])
def test_a_stream_of_any_family_says_what_was_done(guarded: Guarded, model: str) -> None:
    one = made(guarded)
    body = {HAIKU: claude("Hello"), LLAMA: {"prompt": "Hello"}, TITAN: {"inputText": "Hello"}}[model]
    guarded.engine.say("It is ba", "salt, of course.")
    told = chunks(invoke(guarded, one, body, model=model, operation="invoke-with-response-stream"))
    whole = msgspec.json.encode(told).decode()
    assert "Not answered." in whole
    assert "It is ba" not in whole
    assert told[-1]["amazon-bedrock-guardrailAction"] == "INTERVENED"
    assert list(told[-1])[-1] == "amazon-bedrock-invocationMetrics"
    assert told[-1]["amazon-bedrock-trace"]["guardrail"]["actionReason"] == "No action.\nGuardrail blocked."
    marked = ["amazon-bedrock-guardrailAction" in one for one in told]
    assert marked == ([False] * (len(told) - 1) + [True] if model == HAIKU else [True] * len(told))
    (entry,) = guarded.entries
    assert (entry.outcome, entry.stop_reason) == ("complete", "guardrail_intervened")


@pytest.mark.parametrize(("mode", "left"), [("SYNCHRONOUS", False), ("ASYNCHRONOUS", True)])
def test_the_bodys_settings_are_not_the_models(guarded: Guarded, mode: str, left: bool) -> None:
    body = claude("Hello", **{"amazon-bedrock-guardrailConfig": {"streamProcessingMode": mode}})
    guarded.engine.say("It is ba", "salt.")
    told = chunks(invoke(guarded, made(guarded), body, operation="invoke-with-response-stream"))
    assert ("ba" in [chunk.get("delta", {}).get("text", "")[-2:] for chunk in told]) == left


@pytest.mark.parametrize("operation", ["invoke", "invoke-with-response-stream"])
def test_what_is_wrong_is_refused(guarded: Guarded, operation: str) -> None:
    one = made(guarded)
    body = claude("Hello", **{"amazon-bedrock-guardrailConfig": {"tagSuffix": "no suffix"}})
    words = "Guardrail was enabled but input is in incorrect format."
    assert invoke(guarded, one, body, operation=operation).error == (400, "ValidationException", words)
    missing = "The guardrail identifier or version provided in the request does not exist."
    assert invoke(guarded, "nosuch", claude("Hello"), operation=operation).error[2] == missing
    assert guarded.engine.asked == []


def test_models_that_do_not_chat_are_not_guarded(guarded: Guarded) -> None:
    got = invoke(guarded, made(guarded), {"inputText": "stone"}, model="amazon.titan-embed-text-v2:0")
    assert got.error == (400, "ValidationException", "Guardrails aren't supported for this model.")


OPEN, CLOSE = "<amazon-bedrock-guardrails-guardContent_xyz>", "</amazon-bedrock-guardrails-guardContent_xyz>"


@pytest.mark.parametrize(
    ("text", "blocked", "guarded_characters"),
    [
        (f"Of basalt. {OPEN}Is it?{CLOSE} {OPEN}Or not?{CLOSE}", False, 13),
        (f"Of stone. {OPEN}Is it basalt?{CLOSE}", True, 13),
        (f"Of stone. {OPEN}Is it basalt?", True, 13),  # decided: to the end
        ("Of basalt.", True, 28),  # documented: everything where there are no tags
        (f"Of basalt. {OPEN.replace('xyz', 'abc')}Is it?", True, None),
    ],
)
def test_tags_narrow_what_is_judged(guarded: Guarded, text: str, blocked: bool, guarded_characters: int | None) -> None:
    one = made(guarded)
    config = {"amazon-bedrock-guardrailConfig": {"tagSuffix": "xyz"}}
    got = invoke(guarded, one, claude(text, system="Know your stones. ", **config)).json
    assert (got["amazon-bedrock-guardrailAction"] == "INTERVENED") == blocked
    told = got["amazon-bedrock-trace"]["guardrail"]["input"][one]["invocationMetrics"]
    shown = told["guardrailCoverage"]["textCharacters"]
    assert shown["total"] == len(text) + 18
    assert guarded_characters in (None, shown["guarded"])


def test_what_is_masked_between_tags_is_masked_there_alone(guarded: Guarded) -> None:
    one = made(guarded, **EMAIL)
    body = claude(f"a@b.example {OPEN}c@d.example{CLOSE} e@f.example {OPEN}x{CLOSE}")
    body["amazon-bedrock-guardrailConfig"] = {"tagSuffix": "xyz"}
    invoke(guarded, one, body)
    (asked,) = guarded.engine.asked
    expected = f"a@b.example {OPEN}{{EMAIL}}{CLOSE} e@f.example {OPEN}x{CLOSE}"
    assert asked.messages[0].content[0].text == expected
