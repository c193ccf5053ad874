"""What a model is and can take: one frozen structure per row, nothing computed and nothing looked up.

Each field names its meaning, its unit and where its values come from. The sources are those lines.toml lists: recorded
exchanges, the ListFoundationModels answer of 2026-02-10 ("listed"), published probes of 2026-08-01, AWS documentation.
"""

import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Modality = Literal["TEXT", "IMAGE", "VIDEO", "SPEECH", "AUDIO", "EMBEDDING"]
InferenceType = Literal["ON_DEMAND", "PROVISIONED", "INFERENCE_PROFILE"]
Customization = Literal["FINE_TUNING", "CONTINUED_PRE_TRAINING", "DISTILLATION"]
Geography = Literal["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"]
Api = Literal[
    "anthropic_messages",
    "anthropic_text",
    "nova",
    "nova_canvas",
    "nova_embed",
    "nova_reel",
    "nova_sonic",
    "titan_text",
    "titan_embed",
    "titan_embed_image",
    "titan_image",
    "llama",
    "mistral_text",
    "mistral_chat",
    "cohere_command",
    "cohere_command_r",
    "cohere_embed",
    "cohere_rerank",
    "ai21_j2",
    "ai21_jamba",
    "deepseek",
    "openai",
    "writer",
    "stability",
    "twelvelabs_pegasus",
    "luma_ray",
]
Moment = Annotated[datetime.datetime, Meta(tz=True)]
# Who refuses what a model does not take: Converse in its own words, or the model in its provider's, which Converse
# wraps into "The model returned the following errors: ...".
Verdict = Literal["accepted", "refused", "refused_by_model"]


class Features(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model takes on Converse, and how its answers look there. A default is what most models do."""

    # --- what a request may hold
    # A text or chat model. The others answer Converse with "This action doesn't support the model that you provided."
    converse: bool = False
    # The system member (listed as systemRoleSupported, probed; docs for the rest).
    system: bool = False
    # toolConfig, and toolUse and toolResult blocks (docs, probed; Llama 3.2 3B recorded as refusing).
    tools: bool = False
    # toolConfig.toolChoice.any and .tool; auto is taken wherever tools are (probed, recorded).
    tool_choice_any: bool = False
    tool_choice_tool: bool = False
    # Text beside toolUse or toolResult blocks in one turn (recorded on Claude, Nova, Command R; reported as refused for
    # Llama and Mistral).
    mixed_tool_turns: bool = True
    # Formats of image blocks, in listed order; empty: images are refused. The same for video and audio blocks.
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    audio: tuple[str, ...] = ()
    # Formats of document blocks; empty: documents are refused (docs, recorded, probed). AWS lists fewer, see Listing.
    documents: tuple[str, ...] = ()
    # Most image blocks of a message and most document blocks of a request (Converse API reference).
    max_images: int = 20
    max_documents: int = 5
    # Whether media may come from s3Location (recorded: Nova does, Claude refuses).
    s3: bool = False
    # A last message of the assistant (probed).
    prefill: Verdict = "refused"
    # outputConfig.textFormat of type json_schema (probed, recorded).
    structured_output: Verdict = "refused"
    # inferenceConfig.stopSequences. cut: the sequence is cut off and the stop reason is stop_sequence; keep: the text
    # keeps it and the reason is end_turn (recorded on Nova); refused: the field is refused (probed on gpt-oss).
    stop_sequences: Literal["cut", "keep", "refused"] = "cut"
    # cachePoint blocks (listed as explicitPromptCaching), the least prefix in tokens that is cached (docs, recorded),
    # the times to live, and whether toolConfig.tools may hold one.
    prompt_caching: bool = False
    cache_minimum: int = 0
    cache_ttls: tuple[str, ...] = ("5m",)
    cache_tools: bool = True
    # Whether the model can reason, with AWS's own distinction (listed as reasoningSupported.embedded, unexplained).
    reasoning: Literal["embedded", "separate"] | None = None
    # Reasoning blocks come unasked (recorded on gpt-oss, DeepSeek R1, Kimi K2 Thinking, MiniMax M2).
    always_reasons: bool = False
    # performanceConfig.latency "optimized" (recorded on Nova Pro and Micro; docs for the rest).
    latency_optimized: bool = False
    # serviceTier.type values taken (probed, recorded).
    service_tiers: tuple[str, ...] = ("default",)
    # CountTokens answers for it (docs, recorded on Claude Sonnet 4).
    count_tokens: bool = False
    # Citations of documents and search results that have them enabled (recorded on Claude 3.7 to 5, docs for 3.5).
    citations: bool = False

    # --- what a request costs beside its texts, in estimated tokens (chat/tokens.py). Fitted to recorded usage by least
    # deviations and rounded, n the requests (lines.toml); the defaults are about the middle of models with few records.
    # Once per request, and once per message. Nova spends nothing on the first message: its sum is zero.
    tokens_conversation: int = 4
    tokens_message: int = 3
    # For having tools at all, for each tool, and for a tool's specification: the share of its compact JSON's tokens that
    # is counted. Models differ in how they are shown tools.
    tokens_tools: int = 50
    tokens_tool: int = 0
    tokens_tool_share: float = 1.0
    # More for toolChoice.any and .tool than for auto.
    tokens_tool_choice: int = 0
    # The frame of each toolUse and of each toolResult block.
    tokens_tool_block: int = 20
    # For a text format, beside its schema. 0: neither is counted (recorded on six open-weight models, one request each).
    tokens_schema: int = 0
    # For reasoning with a budget (type "enabled").
    tokens_reasoning: int = 0
    # For documents and search results whose citations are enabled, once.
    tokens_citations: int = 0

    # --- how an answer looks
    # The undocumented toolUse.type, "tool_use" (recorded on Claude 4 and later).
    tool_use_type: bool = False
    # tooluse_ and 22 characters, or Kimi's own functions.<name>:<n> (recorded).
    tool_use_id: Literal["tooluse", "function"] = "tooluse"
    # A streamed tool call's input comes in pieces, or at once (recorded on Nova).
    tool_delta: Literal["fragments", "whole"] = "fragments"
    # ... and its first delta is empty (recorded on Claude; not on Command R).
    tool_delta_empty_first: bool = False
    # Whether usage names cache tokens: in every whole answer, with a cachePoint only, or never (recorded).
    cache_usage: Literal["always", "cache_point", "never"] = "never"
    # usage.cacheDetails on a cache write (recorded on Claude 4.5 and later; not on 3.7 or Nova).
    cache_details: bool = False
    # reasoningText carries a signature (recorded on Claude, on no other).
    reasoning_signature: bool = False
    # reasoningText says no more than that it is redacted (recorded on Nova 2 Lite).
    reasoning_redacted: bool = False
    # A whole answer has its text before its reasoning (recorded on DeepSeek R1).
    text_before_reasoning: bool = False
    # A stream opens with one empty text block (recorded on gpt-oss).
    empty_text_first: bool = False
    # Which of its refusals a model makes within the stream, under HTTP 200: all of them (recorded on Mistral), those that
    # only running it shows (recorded on Nova), or none.
    refuses_in_stream: Literal["always", "late", "never"] = "never"
    # A streamed text block has an empty delta first or last (recorded).
    empty_text_delta: Literal["first", "last"] | None = None


class Description(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """The facts of the listed description; AWS's advertising prose beside them is not carried over."""

    max_context_window: str | None = None
    policy: str | None = None
    release_date: str | None = None
    supported_formats: str | None = None
    supported_languages: str | None = None
    version: str | None = None


class Listing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Members of a ListFoundationModels entry that no SDK shows and nothing else here implies (all listed)."""

    family: str | None = None
    # What may run as a batch job: "base", "cross_region"; None where AWS answers null, as it does for entries of the
    # older kind together with featuresSupported and latencyOptimizationSupported.
    batch: tuple[Literal["base", "cross_region"], ...] | None = None
    prompt_optimization: bool = False
    prompt_routing: bool = False
    guardrails: bool = True
    # The converse member is an object; null for older entries. Below: its members that Features does not imply.
    converse: bool = False
    request_fields: str | None = None
    stop_sequences: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()
    description: Description | None = None


class Lifecycle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """When a model came, became Legacy, may cost more, and ends, with AWS's names (service model); None: not known.

    Recorded with GetFoundationModel (2026-09), else the days of the user guide's model lifecycle page, at 08:00 UTC as the
    recorded ones are. Where regions differ the newest day counts.
    """

    start_of_life_time: Moment | None = None
    legacy_time: Moment | None = None
    public_extended_access_time: Moment | None = None
    end_of_life_time: Moment | None = None


class Model(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One foundation model id, context variants being ids of their own.

    Names, modalities, streaming, customizations, inference types and status are as AWS listed them last (listed, or an
    older recorded list for ids dropped since; docs for ids that no recorded list has).
    """

    id: str
    name: str
    provider: str
    # The line of lines.toml it belongs to.
    line: str
    input_modalities: tuple[Modality, ...]
    output_modalities: tuple[Modality, ...]
    # None where AWS lists null.
    streaming: bool | None = None
    customizations: tuple[Customization, ...] = ()
    inference_types: tuple[InferenceType, ...] = ()
    status: Literal["ACTIVE", "LEGACY"] = "ACTIVE"
    # The days from which, and from which no more, AWS listed it: announcements up to the first recorded list
    # (2025-04-18), the recorded lists up to the last (2026-02-10), model cards after it. No first day: it is not in the
    # lists, which are those of one region, and can be called all the same.
    listed_from: datetime.date | None = None
    listed_until: datetime.date | None = None
    lifecycle: Lifecycle = Lifecycle()
    # Callable by its own id. Mostly what the inference types say; where recordings differ by region, callable.
    on_demand: bool
    # Geographies with a system-defined inference profile for it (docs, recorded).
    profiles: tuple[Geography, ...] = ()
    # The native body of InvokeModel, and a second one it also takes.
    api: Api
    also: Api | None = None
    # Whose words refuse a native Claude body: the schema validator's up to 3.x, pydantic's from 4 on (recorded).
    wording: Literal["everit", "pydantic"] | None = None
    # The name native Claude answers and refusals use, claude-3-haiku-20240307 (recorded).
    short_name: str | None = None
    # Tokens in all, most output tokens, output tokens when the request does not say; None: not known. Limits as listed
    # (converse.maxTokensMaximum), as refusals quote them, or docs.
    context_window: int | None = None
    max_output_tokens: int | None = None
    default_max_tokens: int | None = None
    features: Features
    listing: Listing = Listing()
