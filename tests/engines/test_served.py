"""A whole server in front of real engines: a settings file, signed requests, and what callers see."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import tiny
from tests.conftest import converse_path, said
from tests.serving import Server, post, serving

GPT_OSS = "openai.gpt-oss-20b-1:0"
NOVA, LLAMA, HAIKU = "amazon.nova-lite-v1:0", "meta.llama3-8b-instruct-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture(scope="module")
def server(llama: str, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A llama.cpp server answers for Nova, an embedded llama.cpp for Llama, and nobody for Claude."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "outcrop.toml").write_text(
        f'[engines.there]\nkind = "openai"\nendpoint = "{llama}/v1"\n'
        f'[engines.here]\nkind = "llama-cpp"\nmodel = "{tiny_model}"\n'
        f'[[routes]]\nmodels = "amazon.*"\nengine = "there"\nas = "tiny"\n'
        f'[[routes]]\nmodels = ["meta.*", "openai.*"]\nengine = "here"\n'
    )
    with serving(folder, "--settings", str(folder / "outcrop.toml")) as running:
        yield running.facts


@pytest.mark.parametrize("model", [NOVA, LLAMA])
def test_converse_and_its_stream_answer_with_the_engine_s_words(server: Server, model: str) -> None:
    whole = post(server, converse_path(model), said()).json
    assert whole["output"]["message"]["content"] == [{"text": tiny.ANSWER}]
    assert (whole["stopReason"], whole["usage"]["outputTokens"]) == ("end_turn", 16)
    streamed = post(server, converse_path(model, "converse-stream"), said())
    texts = [payload["delta"]["text"] for kind, payload in streamed.events if kind == "contentBlockDelta"]
    assert "".join(texts) == tiny.ANSWER
    assert len(texts) > 3


def test_native_bodies_are_answered_too(server: Server) -> None:
    native = post(server, converse_path(LLAMA, "invoke"), {"prompt": "Hello", "max_gen_len": 50}).json
    assert native["generation"] == tiny.ANSWER


def test_what_no_route_names_is_refused(server: Server) -> None:
    assert post(server, converse_path(HAIKU), said()).error == (
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
    )


def test_a_grammar_of_a_caller_is_refused_in_converse_s_words(server: Server) -> None:
    body = {**said(), "additionalModelRequestFields": {"grammar": 'root ::= "x"'}}
    status, name, message = post(server, converse_path(GPT_OSS), body).error
    assert (status, name) == (400, "ValidationException")
    assert message.startswith("The model returned the following errors: This model doesn't support the grammar field.")
