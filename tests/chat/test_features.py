"""Facts about well-known models, each with the evidence it rests on."""

import pytest

from outcrop.catalog import Catalogue, Model
from outcrop.chat.features import Features

CATALOGUE = Catalogue.load()
DOCUMENTS = ("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")


def model(model_id: str) -> Model:
    found = CATALOGUE.get(model_id)
    assert found is not None
    return found


def features(model_id: str) -> Features:
    return model(model_id).features


def test_claude_3_haiku() -> None:
    # recorded 2024-2026; max_tokens: 10000 > 4096 ... for claude-3-haiku-20240307 is quoted in a public client
    haiku = model("anthropic.claude-3-haiku-20240307-v1:0")
    assert (haiku.short_name, haiku.wording, haiku.api) == ("claude-3-haiku-20240307", "everit", "anthropic_messages")
    assert (haiku.max_output_tokens, haiku.context_window) == (4096, 200_000)
    assert (haiku.features.cache_usage, haiku.features.tool_use_type) == ("never", False)
    assert haiku.features.images == ("jpeg", "png", "gif", "webp")


def test_claude_2_speaks_text_and_messages_but_takes_no_pictures_or_tools() -> None:
    # recorded: both native bodies, and system, txt and pdf on Converse
    v2 = model("anthropic.claude-v2")
    assert (v2.api, v2.also, v2.short_name) == ("anthropic_text", "anthropic_messages", "claude-2.0")
    assert v2.features.system
    assert v2.features.documents == DOCUMENTS
    assert not v2.features.tools
    assert not v2.features.images
    assert model("anthropic.claude-instant-v1").short_name == "claude-instant-1.2"


@pytest.mark.parametrize(
    ("model_id", "limit"),
    [
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", 4096),  # refusals quoted in issues
        ("anthropic.claude-3-5-sonnet-20241022-v2:0", 8192),  # model parameters
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", 64_000),
        ("anthropic.claude-sonnet-4-20250514-v1:0", 65_536),  # listed 2026-02-10
        ("anthropic.claude-opus-4-20250514-v1:0", 32_768),  # a quoted refusal
        ("anthropic.claude-opus-4-1-20250805-v1:0", 32_000),  # listed
        ("anthropic.claude-haiku-4-5-20251001-v1:0", 64_000),  # listed
        ("anthropic.claude-opus-4-6-v1", 128_000),  # listed
        ("anthropic.claude-opus-4-8", 128_000),  # model card
        ("amazon.nova-pro-v1:0", 10_000),  # listed
        ("amazon.nova-2-lite-v1:0", 65_535),  # listed
        ("amazon.titan-text-lite-v1", 4096),  # model parameters
        ("amazon.titan-text-premier-v1:0", 3072),
        ("meta.llama3-8b-instruct-v1:0", 2048),
        ("meta.llama3-1-70b-instruct-v1:0", 8192),
        ("deepseek.r1-v1:0", 32_768),
        ("openai.gpt-oss-120b-1:0", 128_000),  # listed
        ("qwen.qwen3-32b-v1:0", 32_768),  # listed
        ("minimax.minimax-m2", 409_600),  # listed
    ],
)
def test_most_output_tokens(model_id: str, limit: int) -> None:
    assert model(model_id).max_output_tokens == limit


@pytest.mark.parametrize(
    ("model_id", "tokens"),
    [
        ("anthropic.claude-3-7-sonnet-20250219-v1:0", 1024),  # recorded: 1,028 written
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", 1024),  # recorded: 1,203 written
        ("anthropic.claude-haiku-4-5-20251001-v1:0", 4096),  # documented
        ("anthropic.claude-3-5-haiku-20241022-v1:0", 2048),  # documented
        ("amazon.nova-lite-v1:0", 1000),  # recorded: 1,298 written
    ],
)
def test_least_cached_prefix(model_id: str, tokens: int) -> None:
    assert features(model_id).cache_minimum == tokens


@pytest.mark.parametrize(
    ("model_id", "expected"),
    [
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", "never"),
        ("anthropic.claude-3-5-haiku-20241022-v1:0", "always"),
        ("anthropic.claude-sonnet-4-6", "always"),
        ("amazon.nova-micro-v1:0", "cache_point"),
        ("meta.llama3-3-70b-instruct-v1:0", "never"),
        ("openai.gpt-oss-20b-1:0", "never"),
    ],
)
def test_cache_tokens_in_usage_as_recorded(model_id: str, expected: str) -> None:
    assert features(model_id).cache_usage == expected


@pytest.mark.parametrize(
    ("model_id", "service", "choices"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", True, (True, True)),  # recorded
        ("amazon.nova-micro-v1:0", True, (True, True)),  # recorded
        ("meta.llama3-1-8b-instruct-v1:0", True, (False, False)),  # probed 2026-08
        ("meta.llama3-2-3b-instruct-v1:0", False, (False, False)),  # recorded refusal
        ("meta.llama3-2-90b-instruct-v1:0", True, (False, False)),  # documented
        ("mistral.mistral-large-2402-v1:0", True, (True, False)),  # probed
        ("mistral.mistral-7b-instruct-v0:2", False, (False, False)),  # probed
        ("deepseek.r1-v1:0", False, (False, False)),  # probed
        ("google.gemma-3-12b-it", True, (True, True)),  # probed
    ],
)
def test_tools_and_choices(model_id: str, service: bool, choices: tuple[bool, bool]) -> None:
    found = features(model_id)
    assert (found.tools, (found.tool_choice_any, found.tool_choice_tool)) == (service, choices)


@pytest.mark.parametrize(
    ("model_id", "prefill", "structured", "stop"),
    [
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "accepted", "accepted", "cut"),  # probed, recorded
        ("anthropic.claude-opus-4-7", "refused_by_model", "refused_by_model", "cut"),  # probed
        ("amazon.nova-lite-v1:0", "accepted", "refused", "keep"),  # probed; stop sequence recorded
        ("meta.llama3-1-8b-instruct-v1:0", "refused", "refused", "keep"),  # probed
        ("openai.gpt-oss-120b-1:0", "accepted", "accepted", "refused"),  # probed
        ("mistral.mistral-large-3-675b-instruct", "refused_by_model", "accepted", "refused"),  # probed
    ],
)
def test_who_refuses_what(model_id: str, prefill: str, structured: str, stop: str) -> None:
    found = features(model_id)
    assert (found.prefill, found.structured_output, found.stop_sequences) == (prefill, structured, stop)


@pytest.mark.parametrize(
    ("model_id", "tiers", "optimized"),
    [
        ("amazon.nova-pro-v1:0", ("default", "priority", "flex"), True),  # recorded: flex, optimized
        ("amazon.nova-lite-v1:0", ("default",), False),  # probed
        ("anthropic.claude-haiku-4-5-20251001-v1:0", ("default",), False),  # probed
        ("qwen.qwen3-32b-v1:0", ("default", "priority", "flex"), False),  # probed
    ],
)
def test_tiers_and_latency(model_id: str, tiers: tuple[str, ...], optimized: bool) -> None:
    found = features(model_id)
    assert (found.service_tiers, found.latency_optimized) == (tiers, optimized)


def test_media() -> None:
    assert "mp4" in features("amazon.nova-pro-v1:0").videos  # recorded
    assert features("amazon.nova-pro-v1:0").s3  # recorded
    micro = features("amazon.nova-micro-v1:0")  # text only (documented)
    assert (micro.images, micro.videos, micro.documents, micro.s3) == ((), (), (), False)
    assert not features("anthropic.claude-sonnet-4-5-20250929-v1:0").videos  # recorded refusal
    assert "jpeg" in features("mistral.pixtral-large-2502-v1:0").images  # recorded
    assert features("mistral.voxtral-mini-3b-2507").audio[0] == "wav"  # recorded
    assert features("openai.gpt-oss-120b-1:0").documents == ()  # probed
    assert features("meta.llama3-8b-instruct-v1:0").documents == DOCUMENTS  # probed
    assert features("google.gemma-3-4b-it").images == ("png", "jpeg", "gif", "webp")  # listed, in this order


def test_system_prompts() -> None:
    takes = [features(i).system for i in ("deepseek.r1-v1:0", "mistral.mistral-large-2402-v1:0")]  # probed
    refuses = [features(i).system for i in ("mistral.mistral-7b-instruct-v0:2", "amazon.titan-text-express-v1")]
    assert (takes, refuses) == ([True, True], [False, False])


def test_quirks_of_rendering_as_recorded() -> None:
    assert features("anthropic.claude-sonnet-4-20250514-v1:0").tool_use_type
    assert not features("anthropic.claude-3-7-sonnet-20250219-v1:0").tool_use_type
    assert features("anthropic.claude-3-7-sonnet-20250219-v1:0").reasoning_signature
    assert features("deepseek.r1-v1:0").text_before_reasoning
    assert features("amazon.nova-2-lite-v1:0").reasoning_redacted
    assert features("mistral.pixtral-large-2502-v1:0").refuses_in_stream == "always"
    assert features("amazon.nova-lite-v1:0").refuses_in_stream == "late"
    assert features("anthropic.claude-3-haiku-20240307-v1:0").refuses_in_stream == "never"
    assert features("openai.gpt-oss-20b-1:0").empty_text_first
    assert features("amazon.nova-lite-v1:0").tool_delta == "whole"
    assert features("moonshot.kimi-k2-thinking").tool_use_id == "function"
    assert not features("meta.llama3-3-70b-instruct-v1:0").reasoning_signature


def test_citations() -> None:
    assert features("anthropic.claude-3-7-sonnet-20250219-v1:0").citations  # recorded
    assert features("anthropic.claude-3-5-haiku-20241022-v1:0").citations  # Claude documentation
    assert not features("anthropic.claude-3-5-sonnet-20240620-v1:0").citations
    assert not features("amazon.nova-pro-v1:0").citations


@pytest.mark.parametrize(
    ("model_id", "api"),
    [
        ("amazon.titan-embed-text-v2:0", "titan_embed"),
        ("amazon.titan-embed-g1-text-02", "titan_embed"),
        ("amazon.titan-embed-image-v1", "titan_embed_image"),
        ("amazon.nova-2-multimodal-embeddings-v1:0", "nova_embed"),
        ("amazon.nova-canvas-v1:0", "nova_canvas"),
        ("cohere.embed-v4:0", "cohere_embed"),
        ("cohere.rerank-v3-5:0", "cohere_rerank"),
        ("stability.sd3-5-large-v1:0", "stability"),
        ("amazon.titan-tg1-large", "titan_text"),  # InvokeModel only (documented)
    ],
)
def test_models_that_do_not_converse(model_id: str, api: str) -> None:
    assert (model(model_id).api, features(model_id).converse) == (api, False)


def test_wording_turns_to_pydantic_with_claude_4() -> None:
    words = {m.line: m.wording for m in CATALOGUE.listed() if m.provider == "Anthropic"}
    assert {line for line, word in words.items() if word == "everit"} == {
        "claude-2",
        "claude-3",
        "claude-3-5",
        "claude-3-7",
    }
    assert {line for line, word in words.items() if word == "pydantic"} == {
        "claude-4",
        "claude-4-5",
        "claude-4-6",
        "claude-5",
    }
