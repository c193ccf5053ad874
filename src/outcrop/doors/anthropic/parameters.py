"""What becomes of every parameter of Anthropic's messages: the door moves four, InvokeModel's schemas say the rest.

A model refuses what it is too old for (`thinking`, `output_config`), in the words of its era.
"""

from outcrop.doors.parameters import Table, honoured, refused

_NOT_ON_BEDROCK = "no member of a body on Bedrock, whose models refuse it"

MESSAGES: Table = {
    **honoured("model", note="an id, a profile or an ARN; moved into the path"),
    **honoured("stream", note="moved into the operation"),
    **honoured("betas", note="a header; moved into anthropic_beta"),
    **honoured("max_tokens", "messages", "system", "stop_sequences", "tools", "tool_choice"),
    **honoured("thinking", "output_config", "context_management", note="by models that take it"),
    **honoured("metadata", note="taken by models that do; it changes no answer"),
    **refused(
        "cache_control",
        "container",
        "diagnostics",
        "inference_geo",
        "service_tier",
        "speed",
        "user_profile_id",
        "workspace_id",
        "billing_policy",
        "compaction",
        "fallback_credit_token",
        "fallbacks",
        "mcp_servers",
        "thread",
        note=_NOT_ON_BEDROCK,
    ),
}
