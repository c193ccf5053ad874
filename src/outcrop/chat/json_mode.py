"""JSON mode for models that have no word for it: the sentence that asks for JSON, and an answer that is begun with ``{``.

Who asks, and which way, is decided where a request is made; here is what both ways share.
"""

PREFILL = "{"
INSTRUCTION = "Respond with a valid JSON object."  # the Converse Snap's own advice


def begin(begun: str, text: str) -> str:
    """`text` after what the answer was begun with, unless the model has begun anew, as some do in spite of it.

    That shows: no JSON goes on from ``{`` with another one, nor with a Markdown fence.
    """
    return text if not begun or text.lstrip().startswith(("{", "```")) else begun + text
