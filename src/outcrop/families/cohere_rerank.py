"""Rerank, Cohere's and Amazon's: a query and documents in, the best documents' places and scores out.

The two take one body, but for `api_version`, which Cohere's must have, and `max_tokens_per_doc`, which is Cohere's alone.

Sources: one recorded answer, refusals quoted in 2025, Cohere's reference of its second API.
"""

from typing import Any

import msgspec

from outcrop.chat import tokens
from outcrop.chat.features import Model
from outcrop.families import everit
from outcrop.vectors import RerankReply, RerankRequest

_MOST = 1000  # documents (Cohere's reference)
_COUNT = {"type": "integer", "minimum": 1}
_PROPERTIES: dict[str, Any] = {
    "query": {"type": "string", "minLength": 1},
    "documents": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    "top_n": _COUNT,
}
_COHERE: everit.Schema = {
    "type": "object",
    "required": ["query", "documents", "api_version"],
    "properties": {**_PROPERTIES, "api_version": _COUNT, "max_tokens_per_doc": _COUNT},
    "additionalProperties": False,
}
_AMAZON: everit.Schema = {
    "type": "object",
    "required": ["query", "documents"],
    "properties": {**_PROPERTIES, "api_version": _COUNT},
    "additionalProperties": False,
}
_encode = msgspec.json.Encoder().encode


def decode(body: bytes, model: Model) -> RerankRequest:
    """A native body; raises ValidationException in everit's words."""
    native = everit.decode(body)
    everit.check(_AMAZON if model.provider == "Amazon" else _COHERE, native)
    documents: list[str] = native["documents"]
    if len(documents) > _MOST:
        raise everit.malformed([f"#/documents: expected maximum item count: {_MOST}, found: {len(documents)}"])
    if most := native.get("max_tokens_per_doc"):
        documents = ["".join(tokens.pieces(document)[:most]) for document in documents]
    return RerankRequest(query=native["query"], documents=documents, top=native.get("top_n"))


def encode_reply(reply: RerankReply, request: RerankRequest, model: Model) -> bytes:
    """The best first, as many as were asked for; equals in the order in which they came."""
    best = sorted(range(len(reply.scores)), key=lambda index: -reply.scores[index])[: request.top]
    return _encode({"results": [{"index": index, "relevance_score": reply.scores[index]} for index in best]})
