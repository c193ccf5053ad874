"""Which of Mistral's two native bodies is meant, and what holds for both."""

import msgspec
import pytest
from tests.families.conftest import checked, hub, model, refusal, whole
from tests.families.runs import streamed, text_run

from outcrop.chat.features import Model
from outcrop.families import FAMILIES, mistral

SEVEN = model("mistral.mistral-7b-instruct-v0:2")
SMALL = model("mistral.mistral-small-2402-v1:0")
LARGE = model("mistral.mistral-large-2402-v1:0")
LARGE_2407 = model("mistral.mistral-large-2407-v1:0")
PROMPT = b'{"prompt":"<s>[INST] Hi [/INST]","max_tokens":5}'
MESSAGES = b'{"messages":[{"role":"user","content":"Hi"}],"max_tokens":5}'


@pytest.mark.parametrize(
    ("asked", "body", "member"),
    [
        (SEVEN, PROMPT, "outputs"),  # recorded
        (SMALL, PROMPT, "outputs"),  # recorded
        (SMALL, MESSAGES, "choices"),
        (LARGE, PROMPT, "outputs"),  # documented
        (LARGE, MESSAGES, "choices"),  # documented
        (LARGE_2407, MESSAGES, "choices"),
    ],
)
def test_an_answer_has_the_form_of_its_question(asked: Model, body: bytes, member: str) -> None:
    request = mistral.decode(body, asked)
    assert [(turn.role, turn.content[0].text) for turn in request.messages] == [("user", "Hi")]
    assert list(msgspec.json.decode(mistral.encode_reply(whole(*text_run("Hi")), request, asked))) == [member]
    assert all(member in chunk for chunk in streamed(mistral, request, asked, text_run("Hi")))


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        (SEVEN, "TextToTextCompletionRequest"),
        (SMALL, "TextToTextCompletionRequest"),
        (LARGE, "ThirdPartyChatCompletionRequest"),
        (LARGE_2407, "ThirdPartyChatCompletionRequest"),
    ],
)
def test_a_body_that_is_neither_is_refused_as_the_models_first(asked: Model, title: str) -> None:
    found = refusal(mistral, {"inputText": "Hi"}, asked)
    assert found is not None
    assert found.split("\n")[0] == f"Validation Error: 2 validation errors for {title}"


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"prompt":'])
def test_what_is_no_body_at_all(body: bytes) -> None:
    text = "Malformed input request, please reformat your input and try again."
    assert refusal(mistral, body, SMALL) == refusal(mistral, body, LARGE) == text


@pytest.mark.parametrize("asked", [SEVEN, LARGE])
def test_a_prompt_over_the_window(asked: Model) -> None:
    # decided, in the words of Llama's server
    small = msgspec.structs.replace(asked, context_window=100)
    text = "This model's maximum context length is 100 tokens. Please reduce the length of the prompt"
    assert checked(mistral, hub(("user", "word " * 120)), small) == text
    assert checked(mistral, hub(("user", "word " * 80)), small) is None


def test_one_family_speaks_both() -> None:
    assert FAMILIES["mistral_text"] is FAMILIES["mistral_chat"] is mistral
