"""ListFoundationModels: what the catalogue lists, with AWS's filters."""

from typing import Any

from outcrop.catalog.summary import summary
from outcrop.model.control import ListFoundationModelsRequest
from outcrop.operations import resources
from outcrop.operations.call import Call

ACTION = "bedrock:ListFoundationModels"
INPUT = ListFoundationModelsRequest
RESOURCES = resources.NONE


async def run(call: Call) -> dict[str, Any]:
    """The summaries as AWS's raw answer has them, undocumented members and nulls included."""
    models = call.services.catalogue.listed(
        provider=call.input.by_provider,
        output_modality=call.input.by_output_modality,
        inference_type=call.input.by_inference_type,
        customization_type=call.input.by_customization_type,
    )
    return {
        "enableAccessToAllModelsByDefault": True,  # in every recorded answer since 2025-11
        "modelSummaries": [summary(model, call.region, call.services.catalogue.day) for model in models],
    }
