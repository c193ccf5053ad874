"""The list of models in OpenAI's shape: those of ListFoundationModels that converse.

Source: two recorded lists of bedrock-mantle (what they say of data retention is left out: nothing is retained here).
"""

from datetime import UTC, datetime, time
from typing import Any

import msgspec

from outcrop.catalog import Catalogue


def listed(answer: bytes, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The models in an answer of ListFoundationModels."""
    summaries = msgspec.json.decode(answer)["modelSummaries"]
    found = [catalogue.get(summary["modelId"]) for summary in summaries]
    return [
        {
            "created": int(datetime.combine(model.listed_from, time(), UTC).timestamp()) if model.listed_from else 0,
            "id": model.id,
            "object": "model",
            "owned_by": "system",
            "status": "available",
        }
        for model in found
        if model and model.features.converse
    ]
