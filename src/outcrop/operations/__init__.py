"""One module per API operation, each with the same four names, and the table of them."""

from types import MappingProxyType
from typing import Protocol

from outcrop.model.shape import Shape
from outcrop.operations import (
    apply_guardrail,
    converse,
    converse_stream,
    count_tokens,
    create_foundation_model_agreement,
    create_guardrail,
    create_guardrail_version,
    create_inference_profile,
    create_model_invocation_job,
    delete_foundation_model_agreement,
    delete_guardrail,
    delete_inference_profile,
    delete_model_invocation_logging_configuration,
    get_foundation_model,
    get_foundation_model_availability,
    get_guardrail,
    get_inference_profile,
    get_model_invocation_job,
    get_model_invocation_logging_configuration,
    get_use_case_for_model_access,
    invoke_model,
    invoke_model_with_response_stream,
    list_foundation_model_agreement_offers,
    list_foundation_models,
    list_guardrails,
    list_inference_profiles,
    list_model_invocation_jobs,
    put_model_invocation_logging_configuration,
    put_use_case_for_model_access,
    stop_model_invocation_job,
    update_guardrail,
)
from outcrop.operations.call import Call
from outcrop.operations.resources import Resources
from outcrop.wire.restjson import Output


class Operation(Protocol):
    """An operation: the IAM action it is, the structure of its input, what its callers need to be allowed, what it does."""

    ACTION: str
    RESOURCES: Resources

    @property
    def INPUT(self) -> type[Shape]: ...  # noqa: N802 - a constant of each module

    async def run(self, call: Call) -> Output:
        """The output; raises a ServiceError in AWS's words."""
        ...


OPERATIONS: MappingProxyType[str, Operation] = MappingProxyType(
    {
        "ApplyGuardrail": apply_guardrail,
        "Converse": converse,
        "ConverseStream": converse_stream,
        "CountTokens": count_tokens,
        "CreateFoundationModelAgreement": create_foundation_model_agreement,
        "CreateGuardrail": create_guardrail,
        "CreateGuardrailVersion": create_guardrail_version,
        "CreateInferenceProfile": create_inference_profile,
        "CreateModelInvocationJob": create_model_invocation_job,
        "DeleteFoundationModelAgreement": delete_foundation_model_agreement,
        "DeleteGuardrail": delete_guardrail,
        "DeleteInferenceProfile": delete_inference_profile,
        "DeleteModelInvocationLoggingConfiguration": delete_model_invocation_logging_configuration,
        "GetFoundationModel": get_foundation_model,
        "GetFoundationModelAvailability": get_foundation_model_availability,
        "GetGuardrail": get_guardrail,
        "GetInferenceProfile": get_inference_profile,
        "GetModelInvocationJob": get_model_invocation_job,
        "GetModelInvocationLoggingConfiguration": get_model_invocation_logging_configuration,
        "GetUseCaseForModelAccess": get_use_case_for_model_access,
        "InvokeModel": invoke_model,
        "InvokeModelWithResponseStream": invoke_model_with_response_stream,
        "ListFoundationModelAgreementOffers": list_foundation_model_agreement_offers,
        "ListFoundationModels": list_foundation_models,
        "ListGuardrails": list_guardrails,
        "ListInferenceProfiles": list_inference_profiles,
        "ListModelInvocationJobs": list_model_invocation_jobs,
        "PutModelInvocationLoggingConfiguration": put_model_invocation_logging_configuration,
        "PutUseCaseForModelAccess": put_use_case_for_model_access,
        "StopModelInvocationJob": stop_model_invocation_job,
        "UpdateGuardrail": update_guardrail,
    }
)
