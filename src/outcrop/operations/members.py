"""What becomes of every member of every operation's input: one row per member, and a few words where they are needed.

A row decides its member and, for a structure that has one fate, all beneath it; a list is written ``[]``, a map ``{}``.
Nothing is computed from this table: it says what the code does, its test walks the service model and fails on a member
that no row decides, and the documentation is made from it.
"""

from typing import Literal

import msgspec


class Outcome(msgspec.Struct, frozen=True):
    """Honoured: it is checked, or shows in the answer. Refused: nobody may send it. Accepted: taken, and changes nothing."""

    kind: Literal["honoured", "refused", "accepted"]
    note: str = ""


Rows = dict[str, Outcome]

_HONOURED = Outcome("honoured")
_GUARDRAILS = Outcome("honoured", "with a guardrail; alone it means nothing")
_QUALIFIERS = Outcome("honoured", "a source or a query that is not to be guarded too is not judged")
_FOR_LEDGER = Outcome("accepted", "kept with the run in the ledger")
_SAMPLING = Outcome("accepted", "the simulator draws no lots; models that refuse it do")
_MODEL_ID = Outcome("honoured", "an id, or an ARN of a model or inference profile")


def _all(*members: str, note: str = "") -> Rows:
    return dict.fromkeys(members, Outcome("honoured", note) if note else _HONOURED)


def _under(path: str, rows: Rows) -> Rows:
    return {f"{path}.{member}": outcome for member, outcome in rows.items()}


_SOURCE: Rows = {
    **_all("bytes"),
    "s3Location.uri": Outcome(
        "honoured", "on Nova, read from the object store that the settings name; refused elsewhere"
    ),
    "s3Location.bucketOwner": Outcome("accepted", "there is one account"),
}
_IMAGE: Rows = {
    "format": Outcome("honoured", "Claude refuses one that the bytes belie; others go by the bytes"),
    **_under("source", _SOURCE),
    "error": Outcome("accepted", "a member of answers"),
}
_DOCUMENT: Rows = {
    **_all("format", "name", "source.text", "source.content[].text"),
    **_under("source", _SOURCE),
    "context": Outcome("accepted", "what a model makes of it is the model's; the simulator makes nothing of it"),
    "citations.enabled": Outcome("honoured", "by models that cite (Claude 3.5 and later); others take it"),
}
_VIDEO: Rows = {**_all("format"), **_under("source", _SOURCE)}
_SEARCH_RESULT: Rows = {
    **_all("source", "title", "content[].text", note="refused where Claude alone takes it"),
    "citations.enabled": _DOCUMENT["citations.enabled"],
}
_GUARD_CONTENT: Rows = {
    **_all("text.text", note="read like any other text"),
    "text.qualifiers[]": _QUALIFIERS,
    "image.format": Outcome("accepted", "the bytes say it"),
    **_all("image.source.bytes"),
}
_CACHE_POINT = _all("type", "ttl")
_BLOCK: Rows = {
    **_all("text"),
    **_under("image", _IMAGE),
    **_under("document", _DOCUMENT),
    **_under("video", _VIDEO),
    **_under("audio", _VIDEO),
    "audio.error": _IMAGE["error"],
    **_all("toolUse.toolUseId", "toolUse.name", "toolUse.input"),
    "toolUse.type": Outcome("honoured", "a call the service answers itself needs no result"),
    **_all("toolResult.toolUseId", "toolResult.content[].text", "toolResult.content[].json"),
    **_under("toolResult.content[].image", _IMAGE),
    **_under("toolResult.content[].document", _DOCUMENT),
    **_under("toolResult.content[].video", _VIDEO),
    **_under("toolResult.content[].searchResult", _SEARCH_RESULT),
    "toolResult.status": Outcome("honoured", "an error must have content"),
    "toolResult.type": Outcome("accepted", "a member of answers"),
    **_under("guardContent", _GUARD_CONTENT),
    **_under("cachePoint", _CACHE_POINT),
    **_all("reasoningContent.reasoningText.text"),
    "reasoningContent.reasoningText.signature": Outcome(
        "honoured", "required on Claude, refused elsewhere; the simulator knows its own, and takes any other"
    ),
    "reasoningContent.redactedContent": Outcome("accepted", "sealed by the model that made it"),
    **_all("citationsContent.content[].text"),
    "citationsContent.citations[]": Outcome("accepted", "where an earlier answer's citations point"),
    **_under("searchResult", _SEARCH_RESULT),
    "toolAddition": Outcome("refused", "for system messages, which are refused"),
    "toolRemoval": Outcome("refused", "for system messages, which are refused"),
}
_TOKENS: Rows = {
    "messages[].role": Outcome("honoured", "system is refused (see chat.rules)"),
    **_under("messages[].content[]", _BLOCK),
    **_all("system[].text", "system[].guardContent.text.text"),
    **_under("system[].cachePoint", _CACHE_POINT),
    "system[].guardContent.text.qualifiers[]": _QUALIFIERS,
    "system[].guardContent.image": Outcome("accepted", "the simulator reads a system prompt's text alone"),
    **_under("toolConfig.tools[].toolSpec", _all("name", "description", "inputSchema.json", "strict")),
    "toolConfig.tools[].systemTool.name": Outcome(
        "accepted", "on Amazon's models, where the simulator uses none; else refused"
    ),
    **_under("toolConfig.tools[].cachePoint", _CACHE_POINT),
    **_under("toolConfig.toolChoice", _all("auto", "any", "tool.name")),
    "additionalModelRequestFields": Outcome("honoured", "by the rules of the model's family"),
}
_CONVERSE: Rows = {
    "modelId": _MODEL_ID,
    **_TOKENS,
    **_all("inferenceConfig.maxTokens", "inferenceConfig.stopSequences[]"),
    "inferenceConfig.temperature": _SAMPLING,
    "inferenceConfig.topP": _SAMPLING,
    "guardrailConfig.guardrailIdentifier": _HONOURED,
    "guardrailConfig.guardrailVersion": _GUARDRAILS,
    "guardrailConfig.trace": _GUARDRAILS,
    "promptVariables{}": Outcome("accepted", "ignored without a prompt resource, as documented"),
    **_all("additionalModelResponseFieldPaths[]", "performanceConfig.latency", "serviceTier.type"),
    "requestMetadata{}": _FOR_LEDGER,
    **_under("outputConfig.textFormat", _all("type", "structure.jsonSchema.schema")),
    "outputConfig.textFormat.structure.jsonSchema.name": Outcome("accepted", "tells a model about its schema"),
    "outputConfig.textFormat.structure.jsonSchema.description": Outcome("accepted", "tells a model about its schema"),
    "outputConfig.effort": Outcome("accepted", "where a model takes it; the simulator thinks no longer for it"),
}
_INVOKE: Rows = {
    "modelId": _MODEL_ID,
    "body": Outcome("honoured", "member by member, by the model's family"),
    "contentType": Outcome("accepted", "bodies are JSON"),
    "accept": Outcome("accepted", "answers are JSON"),
    "trace": _GUARDRAILS,
    "guardrailIdentifier": _HONOURED,
    "guardrailVersion": _GUARDRAILS,
    **_all("performanceConfigLatency", "serviceTier"),
    "requestMetadata": _FOR_LEDGER,
}

_TAKES_A_MODEL = Outcome("refused", "there is no model here that could judge it")
_GUARDRAIL: Rows = {
    **_all("name", "description", "blockedInputMessaging", "blockedOutputsMessaging"),
    "topicPolicyConfig": _TAKES_A_MODEL,
    "contentPolicyConfig": _TAKES_A_MODEL,
    "contextualGroundingPolicyConfig": _TAKES_A_MODEL,
    "automatedReasoningPolicyConfig": _TAKES_A_MODEL,
    "wordPolicyConfig.wordsConfig[]": _HONOURED,
    "wordPolicyConfig.managedWordListsConfig[]": Outcome("honoured", "a short list of our own"),
    "sensitiveInformationPolicyConfig.piiEntitiesConfig[]": Outcome(
        "honoured", "types that have a form; others refused"
    ),
    "sensitiveInformationPolicyConfig.regexesConfig[]": Outcome("honoured", "RE2's expressions; others refused"),
    "crossRegionConfig.guardrailProfileIdentifier": Outcome("accepted", "shown again; guardrails are judged here"),
    "kmsKeyId": Outcome("accepted", "encryption is the store's"),
}

MEMBERS: dict[str, Rows] = {
    "Converse": _CONVERSE,
    "ConverseStream": {**_CONVERSE, "guardrailConfig.streamProcessingMode": _GUARDRAILS},
    "CountTokens": {"modelId": _MODEL_ID, **_under("input.converse", _TOKENS), **_all("input.invokeModel.body")},
    "InvokeModel": _INVOKE,
    "InvokeModelWithResponseStream": _INVOKE,
    "ListFoundationModels": _all("byProvider", "byCustomizationType", "byOutputModality", "byInferenceType"),
    "GetFoundationModel": _all("modelIdentifier"),
    "CreateInferenceProfile": {
        **_all("inferenceProfileName", "description", "clientRequestToken", "modelSource.copyFrom"),
        "tags[]": Outcome("accepted", "kept with the profile; no operation shows them yet"),
    },
    "CreateModelInvocationJob": {
        **_all("jobName", "clientRequestToken", "modelId", "modelInvocationType", "timeoutDurationInHours"),
        "roleArn": Outcome("honoured", "whoever passes it needs iam:PassRole; the job runs as whoever made it"),
        **_under("inputDataConfig.s3InputDataConfig", _all("s3InputFormat")),
        "inputDataConfig.s3InputDataConfig.s3Uri": Outcome("honoured", "a .jsonl file, or a prefix of some"),
        "inputDataConfig.s3InputDataConfig.s3BucketOwner": Outcome("accepted", "there is one account"),
        "outputDataConfig.s3OutputDataConfig.s3Uri": _HONOURED,
        "outputDataConfig.s3OutputDataConfig.s3BucketOwner": Outcome("accepted", "there is one account"),
        "outputDataConfig.s3OutputDataConfig.s3EncryptionKeyId": Outcome("accepted", "encryption is the store's"),
        "vpcConfig": Outcome("accepted", "shown again; there are no private clouds here"),
        "tags[]": Outcome("honoured", "in policies, and kept with the job; no operation shows them yet"),
    },
    "GetModelInvocationJob": _all("jobIdentifier"),
    "ListModelInvocationJobs": _all(
        *("submitTimeAfter", "submitTimeBefore", "statusEquals", "nameContains"),
        *("maxResults", "nextToken", "sortBy", "sortOrder"),
    ),
    "StopModelInvocationJob": _all("jobIdentifier"),
    "GetInferenceProfile": _all("inferenceProfileIdentifier"),
    "DeleteInferenceProfile": _all("inferenceProfileIdentifier"),
    "GetFoundationModelAvailability": _all("modelId"),
    "PutUseCaseForModelAccess": _all("formData"),
    "GetUseCaseForModelAccess": {},
    "ListFoundationModelAgreementOffers": {
        **_all("modelId"),
        "offerType": Outcome("accepted", "there is one offer, and it is public"),
    },
    "CreateFoundationModelAgreement": _all("modelId", "offerToken"),
    "DeleteFoundationModelAgreement": _all("modelId"),
    "PutModelInvocationLoggingConfiguration": _under(
        "loggingConfig",
        {
            **_all("s3Config.bucketName", "s3Config.keyPrefix", note="in the object store that the settings name"),
            "cloudWatchConfig.logGroupName": Outcome("honoured", "a file in the data directory"),
            "cloudWatchConfig.roleArn": Outcome("accepted", "no role is needed to write a file"),
            **_all(
                "cloudWatchConfig.largeDataDeliveryS3Config.bucketName",
                "cloudWatchConfig.largeDataDeliveryS3Config.keyPrefix",
                "textDataDeliveryEnabled",
                "imageDataDeliveryEnabled",
                "embeddingDataDeliveryEnabled",
                "videoDataDeliveryEnabled",
                "audioDataDeliveryEnabled",
            ),
        },
    ),
    "GetModelInvocationLoggingConfiguration": {},
    "DeleteModelInvocationLoggingConfiguration": {},
    "ListInferenceProfiles": _all("maxResults", "nextToken", "typeEquals"),
    "ApplyGuardrail": {
        **_all("guardrailIdentifier", "guardrailVersion", "source", "outputScope"),
        **_all("content[].text.text", "content[].text.qualifiers[]"),
        "content[].image": Outcome("accepted", "counted, and judged by no policy there is"),
    },
    "CreateGuardrail": {
        **_GUARDRAIL,
        "clientRequestToken": _HONOURED,
        "tags[]": Outcome("honoured", "in policies, and kept with the guardrail; no operation shows them yet"),
    },
    "UpdateGuardrail": {"guardrailIdentifier": _HONOURED, **_GUARDRAIL},
    "CreateGuardrailVersion": _all("guardrailIdentifier", "description", "clientRequestToken"),
    "GetGuardrail": _all("guardrailIdentifier", "guardrailVersion"),
    "DeleteGuardrail": _all("guardrailIdentifier", "guardrailVersion"),
    "ListGuardrails": _all("guardrailIdentifier", "maxResults", "nextToken"),
}
