"""A guardrail on Converse: what is judged of what is asked, what reaches the engine, what is answered, and what is told."""

from typing import Any

import pytest
from tests.conftest import Answer, converse_path
from tests.operations.guarded import EMAIL, WORDS, Guarded, guarded, made, timeless

__all__ = ["guarded"]


BOTH = {**WORDS, **EMAIL}
ARN = "arn:aws:bedrock:us-east-1:123456789012:guardrail/"


def details(one: str) -> dict[str, Any]:
    return {
        "guardrailArn": ARN + one,
        "guardrailId": one,
        "guardrailOrigin": ["REQUEST"],
        "guardrailOwnership": "SELF",
        "guardrailVersion": "DRAFT",
    }


def metrics(guarded: int, total: int | None = None, **units: int) -> dict[str, Any]:
    usage = {
        **dict.fromkeys(("automatedReasoningPolicies", "automatedReasoningPolicyUnits", "contentPolicyImageUnits"), 0),
        **dict.fromkeys(("contentPolicyUnits", "contextualGroundingPolicyUnits", "topicPolicyUnits"), 0),
        **dict.fromkeys(
            ("sensitiveInformationPolicyFreeUnits", "sensitiveInformationPolicyUnits", "wordPolicyUnits"), 0
        ),
        **units,
    }
    return {
        "guardrailCoverage": {"textCharacters": {"guarded": guarded, "total": guarded if total is None else total}},
        "guardrailProcessingLatency": 0,
        "usage": usage,
    }


def test_blocked_input_is_answered_and_reaches_no_engine(guarded: Guarded) -> None:
    one = made(guarded)
    answer = guarded.converse(one, "Is basalt a rock?", trace="enabled")
    assert answer.status == 200
    assert timeless(answer.json) == {  # in the shape of recorded answers
        "metrics": {"latencyMs": 0},
        "output": {"message": {"content": [{"text": "Not asked."}], "role": "assistant"}},
        "stopReason": "guardrail_intervened",
        "trace": {
            "guardrail": {
                "actionReason": "Guardrail blocked.",
                "inputAssessment": {
                    one: {
                        "appliedGuardrailDetails": details(one),
                        "invocationMetrics": metrics(17, wordPolicyUnits=1),
                        "wordPolicy": {
                            "customWords": [{"action": "BLOCKED", "detected": True, "match": "basalt"}],
                            "managedWordLists": [],
                        },
                    }
                },
                "modelOutput": [],
            }
        },
        "usage": {"inputTokens": 0, "outputTokens": 0, "serverToolUsage": {}, "totalTokens": 0},
    }
    assert guarded.engine.asked == []
    (entry,) = guarded.entries
    assert (entry.outcome, entry.stop_reason, entry.error) == ("refused_guard", "guardrail_intervened", None)
    assert (entry.input_tokens, entry.output_tokens, entry.cost) == (0, 0, 0)


def test_nothing_found_is_told_of_both_sides(guarded: Guarded) -> None:
    one = made(guarded)
    answer = guarded.converse(one, "Is it a rock?", trace="enabled").json
    assert (answer["stopReason"], answer["output"]["message"]["content"]) == ("end_turn", [{"text": "A stone."}])
    told = {"appliedGuardrailDetails": details(one)}
    assert timeless(answer["trace"]["guardrail"]) == {  # recorded
        "actionReason": "No action.",
        "inputAssessment": {one: {**told, "invocationMetrics": metrics(13, wordPolicyUnits=1)}},
        "modelOutput": [],
        "outputAssessments": {one: [{**told, "invocationMetrics": metrics(8, wordPolicyUnits=1)}]},
    }


@pytest.mark.parametrize("how", [{}, {"trace": "disabled"}])
def test_nothing_is_told_unless_it_is_asked_for(guarded: Guarded, how: Any) -> None:
    one = made(guarded)
    for text in ("basalt", "stone"):
        assert "trace" not in guarded.converse(one, text, **how).json


def test_masked_input_is_what_the_engine_is_asked(guarded: Guarded) -> None:
    one = made(guarded, **BOTH)
    answer = guarded.converse(one, "Write to a@b.example", trace="enabled").json
    (asked,) = guarded.engine.asked
    assert asked.messages[0].content[0].text == "Write to {EMAIL}"
    assert answer["stopReason"] == "end_turn"
    assert answer["trace"]["guardrail"]["actionReason"] == "Guardrail masked.\nNo action."
    assert guarded.entries[0].outcome == "complete"


def test_blocked_output_is_not_answered(guarded: Guarded) -> None:
    one = made(guarded)
    guarded.engine.say("It is bas", "alt.")
    answer = guarded.converse(one, "Which rock?", trace="enabled").json
    assert answer["output"]["message"]["content"] == [{"text": "Not answered."}]
    assert (answer["stopReason"], answer["usage"]["outputTokens"]) == ("guardrail_intervened", 5)
    told = answer["trace"]["guardrail"]
    assert told["actionReason"] == "No action.\nGuardrail blocked."
    assert "It is basalt." in told["modelOutput"][0]
    (entry,) = guarded.entries
    assert (entry.outcome, entry.stop_reason) == ("complete", "guardrail_intervened")
    assert (entry.input_tokens, entry.output_tokens) == (7, 5)


def test_masked_output_is_answered_masked(guarded: Guarded) -> None:
    one = made(guarded, **EMAIL)
    guarded.engine.say("Write to a@b", ".example now.")
    answer = guarded.converse(one, "To whom?", trace="enabled").json
    assert answer["output"]["message"]["content"] == [{"text": "Write to {EMAIL} now."}]
    assert answer["stopReason"] == "guardrail_intervened"
    told = answer["trace"]["guardrail"]
    assert told["actionReason"] == "No action.\nGuardrail masked."  # recorded
    assert "a@b.example" in told["modelOutput"][0]
    assert told["outputAssessments"][one][0]["sensitiveInformationPolicy"]["piiEntities"] == [
        {"action": "ANONYMIZED", "detected": True, "match": "a@b.example", "type": "EMAIL"}
    ]


def test_the_full_trace_names_what_was_not_found(guarded: Guarded) -> None:
    one = made(guarded, **EMAIL)
    told = guarded.converse(one, "Hello", trace="enabled_full").json["trace"]["guardrail"]
    assert told["inputAssessment"][one]["sensitiveInformationPolicy"]["piiEntities"] == [
        {"action": "NONE", "detected": False, "match": "", "type": "EMAIL"}
    ]


SAID, MARKED = {"text": "basalt"}, {"guardContent": {"text": {"text": "slate"}}}
SOURCE = {"guardContent": {"text": {"text": "basalt", "qualifiers": ["grounding_source"]}}}
BLOCKED_MARK = {"guardContent": {"text": {"text": "basalt", "qualifiers": ["guard_content", "query"]}}}


@pytest.mark.parametrize(
    ("blocks", "system", "blocked", "covered"),
    [
        ([SAID], [], True, (6, 6)),
        ([SAID, MARKED], [], False, (5, 11)),  # documented: what is marked, where anything is
        ([MARKED, BLOCKED_MARK], [], True, (11, 11)),
        ([MARKED, SOURCE], [], False, (5, 11)),
        ([{"text": "slate"}], [SAID], False, (5, 11)),  # documented: no system prompt that is not marked
        ([{"text": "slate"}], [BLOCKED_MARK], True, (11, 11)),
    ],
)
def test_what_is_judged_of_what_is_asked(
    guarded: Guarded, blocks: Any, system: Any, blocked: bool, covered: tuple[int, int]
) -> None:
    one = made(guarded)
    body = {
        "messages": [{"role": "user", "content": blocks}],
        "system": system,
        "guardrailConfig": {"guardrailIdentifier": ARN + one, "guardrailVersion": "DRAFT", "trace": "enabled"},
    }
    answer = guarded.ask("POST", converse_path(), body)
    assert (answer.json["stopReason"] == "guardrail_intervened") == blocked
    (told,) = answer.json["trace"]["guardrail"]["inputAssessment"].values()
    shown = told["invocationMetrics"]["guardrailCoverage"]["textCharacters"]
    assert (shown["guarded"], shown["total"]) == covered


@pytest.mark.parametrize("operation", ["converse", "converse-stream"])
@pytest.mark.parametrize(
    "how", [{"guardrailIdentifier": "nosuch"}, {"guardrailVersion": "3"}, {"guardrailVersion": ""}]
)
def test_a_guardrail_that_is_not_there_is_refused(guarded: Guarded, operation: str, how: Any) -> None:
    answer = guarded.converse(made(guarded), "stone", operation=operation, **how)
    words = "The guardrail identifier or version provided in the request does not exist."
    assert answer.error == (400, "ValidationException", words)


def test_settings_without_a_guardrail_mean_nothing(guarded: Guarded) -> None:
    for how in ({"trace": "enabled"}, {"guardrailIdentifier": "", "guardrailVersion": "1"}):
        body = {"messages": [{"role": "user", "content": [SAID]}], "guardrailConfig": how}
        answer = guarded.ask("POST", converse_path(), body).json
        assert (answer["stopReason"], "trace" in answer) == ("end_turn", False)


def text_of(answer: Answer) -> str:
    return "".join(event["delta"]["text"] for name, event in answer.events if name == "contentBlockDelta")


def stopped(answer: Answer) -> str:
    (found,) = (event["stopReason"] for name, event in answer.events if name == "messageStop")
    return str(found)


def test_blocked_input_of_a_stream(guarded: Guarded) -> None:
    one = made(guarded)
    answer = guarded.converse(one, "basalt", operation="converse-stream", trace="enabled")
    shown = [(name, {k: v for k, v in timeless(event).items() if k != "p"}) for name, event in answer.events]
    usage = {"inputTokens": 0, "outputTokens": 0, "serverToolUsage": {}, "totalTokens": 0}
    told = shown[-1][1].pop("trace")["guardrail"]
    assert shown == [  # recorded
        ("messageStart", {"role": "assistant"}),
        ("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Not asked."}}),
        ("contentBlockStop", {"contentBlockIndex": 0}),
        ("messageStop", {"stopReason": "guardrail_intervened"}),
        ("metadata", {"metrics": {"latencyMs": 0}, "usage": usage}),
    ]
    assert list(told) == ["actionReason", "inputAssessment"]
    assert "automatedReasoningPolicyUnits" not in told["inputAssessment"][one]["invocationMetrics"]["usage"]
    assert [entry.outcome for entry in guarded.entries] == ["refused_guard"]


PIECES = ("The rock, as everybody ", "knows well, is ba", "sal", "t, they ", "say.", " More follows.")


def test_nothing_blocked_leaves_a_stream_that_waits(guarded: Guarded) -> None:
    one = made(guarded)
    guarded.engine.say(*PIECES)
    answer = guarded.converse(one, "Which?", operation="converse-stream", trace="enabled", streamProcessingMode="sync")
    assert text_of(answer) == "The rock, as everybody knows well, is Not answered."
    assert b"bas" not in answer.body.replace(b'"match":"basalt"', b"")
    assert stopped(answer) == "guardrail_intervened"
    assert answer.events[-1][1]["trace"]["guardrail"]["outputAssessments"][one][0]["wordPolicy"]["customWords"]
    assert guarded.engine.closed
    (entry,) = guarded.entries
    assert (entry.outcome, entry.stop_reason, entry.estimated) == ("complete", "guardrail_intervened", True)
    usage = answer.events[-1][1]["usage"]
    assert (entry.input_tokens, entry.output_tokens) == (usage["inputTokens"], usage["outputTokens"])
    assert entry.output_tokens > 0


def test_a_stream_that_does_not_wait_ends_when_it_is_seen(guarded: Guarded) -> None:
    one = made(guarded)
    guarded.engine.say(*PIECES)
    answer = guarded.converse(one, "Which?", operation="converse-stream", streamProcessingMode="async")
    assert text_of(answer) == "".join(PIECES[:4]) + "Not answered."
    assert stopped(answer) == "guardrail_intervened"


def test_a_stream_is_masked_across_its_pieces(guarded: Guarded) -> None:
    one = made(guarded, **EMAIL)
    guarded.engine.say("Write ", "to a@", "b.exam", "ple, or ", "c@d.example")
    answer = guarded.converse(one, "To whom?", operation="converse-stream", trace="enabled")
    assert text_of(answer) == "Write to {EMAIL}, or {EMAIL}"
    assert stopped(answer) == "guardrail_intervened"
    assert answer.events[-1][1]["usage"]["outputTokens"] == 5
    assert not guarded.entries[0].estimated


def test_a_stream_goes_on_while_it_is_judged(guarded: Guarded) -> None:
    one = made(guarded, **BOTH)
    guarded.engine.say(*(f"word{number} " for number in range(100)))
    answer = guarded.converse(one, "Count", operation="converse-stream")
    pieces = [event for name, event in answer.events if name == "contentBlockDelta"]
    assert text_of(answer) == "".join(f"word{number} " for number in range(100))
    assert len(pieces) > 50
    assert stopped(answer) == "end_turn"


def test_an_expression_holds_a_text_back_to_its_end(guarded: Guarded) -> None:
    rule = {"name": "between", "pattern": "(?s)BEGIN.*END", "action": "ANONYMIZE"}
    one = made(guarded, sensitiveInformationPolicyConfig={"regexesConfig": [rule]})
    guarded.engine.say("It says BEGIN ", *("secret " for _ in range(200)), "END here.")
    answer = guarded.converse(one, "What?", operation="converse-stream")
    assert text_of(answer) == "It says {between} here."
    assert b"secret" not in answer.body
