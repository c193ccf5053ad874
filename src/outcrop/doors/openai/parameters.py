"""What becomes of every parameter of OpenAI's chat completions and responses, as this SDK's types name them.

Decided, where Converse has no word for one: what changes no answer is left out, what would change one is refused.
"""

from outcrop.doors.parameters import Parameter, Rules, Table, honoured, idle, refused

_NOT_STORED = "answers are not stored here"
_KEPT = "about keeping, caching or attributing a request, none of which happens here"
_NO_CACHE = "models cache as their catalogue's row says; cache points have no word in this API"
_SENT = "as additionalModelRequestFields; a zero or an empty value is left out"
_ONE_WAY = "models have one way to think here"
_NOT_MODERATED = "nothing is moderated here"

_BOTH: Table = {
    **honoured("model", note="an id, a profile or an ARN"),
    **honoured("temperature", "top_p", "metadata", "tool_choice"),
    **honoured("stream", note="true for events"),
    **honoured("parallel_tool_calls", note="false on Claude; elsewhere it goes to the model, if there are tools"),
    **honoured("service_tier", note="priority, flex and reserved; the others are what happens anyway"),
    **idle("user", "safety_identifier", note=_KEPT),
    **idle("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", note=_NO_CACHE),
    **idle("stream_options.include_obfuscation", note="events are not padded"),
    **refused("store", note=_NOT_STORED, anyway=(False,)),
    **refused("moderation", note=_NOT_MODERATED),
}
CHAT: Table = {
    **_BOTH,
    **honoured("max_tokens", "max_completion_tokens", "stop"),
    **honoured("messages[].role", "messages[].content", "messages[].tool_calls", "messages[].tool_call_id"),
    **idle("messages[].name", note="models are told roles, no names"),
    **refused("messages[].audio", note="there is no sound here"),
    **refused("messages[].function_call", note="say it with tool_calls"),
    **refused("messages[].refusal", note="say it in content"),
    **honoured("n", note="1"),
    **honoured("tools[].type", "tools[].function", note="functions; tools of other types are refused"),
    **refused("tools[].custom", note="functions are the only tools here"),
    **honoured("response_format", note="json_object with every model, json_schema where the model takes one"),
    **honoured("reasoning_effort", note="effort of Claude's output_config; elsewhere it goes to the model"),
    **honoured("stream_options.include_usage"),
    **dict.fromkeys(("frequency_penalty", "presence_penalty"), Parameter("the model's", _SENT, (0,))),
    "logit_bias": Parameter("the model's", _SENT, ({},)),
    "seed": Parameter("the model's", "as additionalModelRequestFields"),
    **idle("prediction", note="a prediction makes an answer faster, not another"),
    **refused("audio", note="there is no sound here"),
    **refused("modalities", note="answers are text", anyway=("text",)),
    **refused("functions", "function_call", note="say it with tools and tool_choice"),
    **refused("logprobs", note="models here do not tell probabilities", anyway=(False,)),
    **refused("top_logprobs", note="models here do not tell probabilities", anyway=(0,)),
    **refused("verbosity", note="say it in the prompt", anyway=("medium",)),
    **refused("web_search_options", note="no model here searches the web"),
}
RESPONSES: Table = {
    **_BOTH,
    **honoured("instructions", "max_output_tokens"),
    **honoured(
        "input[].type",
        "input[].role",
        "input[].content",
        "input[].call_id",
        "input[].name",
        "input[].arguments",
        "input[].output",
        note="messages, calls of functions and what they gave; items of other types are refused",
    ),
    **idle("input[].id", "input[].status", "input[].phase", note="about items that were stored or are under way"),
    **idle("input[].summary", "input[].encrypted_content", note="no model takes thoughts from here"),
    **refused("input[].namespace", "input[].caller", "input[].async", note="the caller is the only one who calls"),
    **honoured(
        "tools[].type",
        "tools[].name",
        "tools[].description",
        "tools[].parameters",
        "tools[].strict",
        note="functions; tools of other types are refused",
    ),
    **refused("tools[].defer_loading", "tools[].async", note="tools are there from the start", anyway=(False,)),
    **refused("tools[].allowed_callers", note="the caller is the only one who calls", anyway=("direct",)),
    **idle("tools[].output_schema", note="what a function gives is not checked"),
    **honoured("text.format", note="json_object with every model, json_schema where the model takes one"),
    **refused("text.verbosity", note="say it in the prompt", anyway=("medium",)),
    **honoured("reasoning.effort", note="effort of Claude's output_config; elsewhere it goes to the model"),
    **idle("reasoning.summary", "reasoning.generate_summary", note="thoughts are told whole where a model tells them"),
    **refused("reasoning.context", note=_ONE_WAY, anyway=("auto",)),
    **refused("reasoning.mode", note=_ONE_WAY, anyway=("standard",)),
    **idle("max_tool_calls", note="it limits tools of the service's own, and there are none"),
    **refused(
        "include",
        note="there is nothing more to include",
        anyway=(
            "reasoning.encrypted_content",
            "web_search_call.results",
            "web_search_call.action.sources",
            "code_interpreter_call.outputs",
            "computer_call_output.output.image_url",
            "file_search_call.results",
        ),
    ),
    **refused("background", note="answers are waited for", anyway=(False,)),
    **refused(
        "conversation", "previous_response_id", "prompt", note=f"{_NOT_STORED}; send the whole conversation as input"
    ),
    **refused("context_management", note="a conversation is sent as it is"),
    **refused("truncation", note="nothing is left out of a conversation", anyway=("disabled",)),
    **refused("top_logprobs", note="models here do not tell probabilities", anyway=(0,)),
    **refused("access_programs", "image", note="there is none of it here"),
}
CHAT_RULES, RESPONSES_RULES = Rules(CHAT), Rules(RESPONSES)
