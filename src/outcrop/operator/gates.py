"""Which settings and models go together: what the page shows, hides and requires, as refusals.

A setting that the page hides beside the others given is refused, never quietly ignored. Nothing here looks at a record's
content; `of_record` is for a model that a record names.
"""

from typing import TYPE_CHECKING

from outcrop.operator import capabilities, checks, json_mode
from outcrop.operator.exceptions import ConfigurationException, DataException
from outcrop.operator.values import fixed

if TYPE_CHECKING:
    from outcrop.operator.converse import ConverseOperator

MOST_CONTINUATIONS = 20


def settings(op: "ConverseOperator") -> None:
    """Refuse what can never work. Raises ConfigurationException."""
    _input(op)
    _continuation(op)
    if op.finish_reason_style not in ("converse", "openai"):
        raise _refused("Finish reason style", repr(op.finish_reason_style), "Choose converse or openai.")
    if op.debug_mode and not (op.simplify_response or op.continuation_requests):
        raise _refused(
            "Debug mode",
            "It appears with Simplify response or Continuation requests.",
            "Select one of them, or leave Debug mode: the output is the raw response as it is.",
        )
    _json(op)


def model(op: "ConverseOperator", model_id: str) -> None:
    """Refuse a model that the page does not name, when asked to be strict. Raises ConfigurationException."""
    if not op.strict_compatibility:
        return
    name = capabilities.base(model_id)
    claude = capabilities.is_claude(model_id)
    for title, selected in (("JSON mode", op.json_mode), ("Continuation requests", op.continuation_requests)):
        if selected and not claude:
            raise _unsupported(title, model_id, f"models that start with {capabilities.CLAUDE}")
    if op.system_prompt is not None and not name.startswith(capabilities.SYSTEM_PROMPT):
        raise _unsupported("System prompt", model_id, "the models of the page's table")


def of_record(op: "ConverseOperator", model_id: str) -> None:
    """`model` for a model that a record names. Raises DataException."""
    try:
        model(op, model_id)
    except ConfigurationException as error:
        raise DataException(error.error, error.reason, error.resolution) from error


def _input(op: "ConverseOperator") -> None:
    if op.input not in ("document", "binary"):
        raise _refused("Input type", repr(op.input), "Choose document or binary.")
    if op.input == "binary":
        for title, given in (
            ("Use message payload", op.use_message_payload),
            ("Message payload", op.message_payload is not None),
            ("Prompt", op.prompt is not None),
        ):
            if given:
                raise _refused(title, "It is hidden with Binary input.", f"Leave {title}, or choose document input.")
        return
    fixed("Use message payload", op.use_message_payload, checks.flag)
    if op.use_message_payload:
        _payload(op)
    elif op.message_payload is not None:
        raise _refused("Message payload", "It appears with Use message payload.", "Select Use message payload.")
    elif op.prompt is None or op.prompt == "":
        raise _refused("Prompt", "The value is required.", "Provide a prompt, such as $prompt.")


def _payload(op: "ConverseOperator") -> None:
    for title, given in (("Prompt", op.prompt), ("System Prompt", op.system_prompt)):
        if given is not None:
            raise _refused(title, "It is hidden with Use message payload.", f"Leave {title}: messages hold it.")
    if op.message_payload is None:
        raise _refused("Message payload", "The value is required.", "Provide a list of messages, such as $messages.")


def _continuation(op: "ConverseOperator") -> None:
    limit = fixed("Continuation requests limit", op.continuation_requests_limit)
    if not op.continuation_requests:
        if limit is not None:
            raise _refused(
                "Continuation requests limit", "It appears with Continuation requests.", "Select Continuation requests."
            )
        return
    if limit is None or checks.integer(limit) or not 1 <= limit <= MOST_CONTINUATIONS:
        # The page's words.
        raise ConfigurationException(
            "Continuation requests limit error.",
            "The Continuation requests limit value is invalid.",
            "Provide a valid value for Continuation requests limit that is between 1-20.",
        )


def _json(op: "ConverseOperator") -> None:
    if op.json_schema is not None:
        if not op.json_mode:
            raise _refused("JSON schema", "It belongs to JSON mode.", "Select JSON mode.")
        fault = json_mode.schema_fault(op.json_schema)
        if fault:
            raise _refused("JSON schema", fault, "Provide a JSON schema, as an object.")
    if op.json_mode and op.strict_compatibility and op.thinking is True:
        raise _refused("JSON mode", "Its Assistant message cannot be combined with Thinking.", "Deselect one of them.")


def _refused(title: str, reason: str, resolution: str) -> ConfigurationException:
    return ConfigurationException(f"The {title} value is invalid.", reason, resolution)


def _unsupported(title: str, model_id: str, supported: str) -> ConfigurationException:
    return ConfigurationException(
        f"{title} is not supported by the model {model_id}.",
        f"This field only supports {supported}.",
        f"Choose another model, or leave {title}.",
    )
