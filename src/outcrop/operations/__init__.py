"""One module per API operation, each with the same three names, and the table of them."""

from types import MappingProxyType
from typing import Protocol

from outcrop.model.shape import Shape
from outcrop.operations import (
    converse,
    converse_stream,
    count_tokens,
    create_inference_profile,
    delete_inference_profile,
    get_foundation_model,
    get_inference_profile,
    invoke_model,
    invoke_model_with_response_stream,
    list_foundation_models,
    list_inference_profiles,
)
from outcrop.operations.call import Call
from outcrop.wire.restjson import Output


class Operation(Protocol):
    """An operation: the IAM action it is, the structure of its input, and what it does."""

    ACTION: str

    @property
    def INPUT(self) -> type[Shape]: ...  # noqa: N802 - a constant of each module

    async def run(self, call: Call) -> Output:
        """The output; raises a ServiceError in AWS's words."""
        ...


OPERATIONS: MappingProxyType[str, Operation] = MappingProxyType(
    {
        "Converse": converse,
        "ConverseStream": converse_stream,
        "CountTokens": count_tokens,
        "CreateInferenceProfile": create_inference_profile,
        "DeleteInferenceProfile": delete_inference_profile,
        "GetFoundationModel": get_foundation_model,
        "GetInferenceProfile": get_inference_profile,
        "InvokeModel": invoke_model,
        "InvokeModelWithResponseStream": invoke_model_with_response_stream,
        "ListFoundationModels": list_foundation_models,
        "ListInferenceProfiles": list_inference_profiles,
    }
)
