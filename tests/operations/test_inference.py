"""InvokeModel on models that do not chat: headers, words of refusals, engines that lack a method, whole answers."""

import asyncio
import base64
from typing import Any

import msgspec
import pytest
from tests.conftest import Answer, Ask, converse_path
from tests.families.conftest import PIXEL
from tests.scripted import Scripted, asking, opening

from outcrop.catalog import Catalogue
from outcrop.chat.features import Model
from outcrop.chat.images import image_header
from outcrop.chat.refusals import ModelRefusal
from outcrop.errors import ThrottlingException
from outcrop.families import FAMILIES, NATIVE, PICTURE_FAMILIES, RERANK_FAMILIES, VECTOR_FAMILIES
from outcrop.pictures import PictureReply, PictureRequest
from outcrop.vectors import RerankReply, RerankRequest, VectorReply, VectorRequest

TITAN = "amazon.titan-embed-text-v2:0"
RERANK = "cohere.rerank-v3-5:0"
CANVAS = "amazon.nova-canvas-v1:0"
ENGLISH = "cohere.embed-english-v3"
COMMON = ["content-type", "x-amzn-requestid", "x-amzn-bedrock-invocation-latency"]
BODIES: dict[str, dict[str, Any]] = {
    TITAN: {"inputText": "Ruby is a programmer's best friend"},
    "amazon.titan-embed-text-v1": {"inputText": "Hello World!"},
    "amazon.titan-embed-image-v1": {"inputText": "a stone", "inputImage": base64.b64encode(PIXEL).decode()},
    "amazon.nova-2-multimodal-embeddings-v1:0": {
        "taskType": "SINGLE_EMBEDDING",
        "singleEmbeddingParams": {
            "embeddingPurpose": "GENERIC_INDEX",
            "embeddingDimension": 256,
            "text": {"truncationMode": "END", "value": "Ruby"},
        },
    },
    ENGLISH: {"texts": ["Hello World!", "Goodbye"], "input_type": "search_document"},
    "us.cohere.embed-v4:0": {"texts": ["Ruby"], "input_type": "search_document", "output_dimension": 512},
    RERANK: {"query": "the capital", "documents": ["Bonn", "Paris is the capital"], "api_version": 2},
    "amazon.rerank-v1:0": {"query": "the capital", "documents": ["Bonn", "Paris is the capital"]},
    CANVAS: {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a stone"},
        "imageGenerationConfig": {"width": 320, "height": 336, "numberOfImages": 2},
    },
    "amazon.titan-image-generator-v2:0": {
        "taskType": "TEXT_IMAGE",
        "textToImageParams": {"text": "a stone"},
        "imageGenerationConfig": {"width": 384, "height": 576},
    },
    "stability.sd3-5-large-v1:0": {"prompt": "a stone", "aspect_ratio": "16:9"},
}


class Able(Scripted):
    """An engine that can do everything, and does what it is told."""

    def __init__(self, fails: Exception | None = None) -> None:
        super().__init__(opening())
        self.fails = fails

    async def _done(self, done: Any) -> Any:
        if self.fails:
            raise self.fails
        return done

    async def embed(self, model: Model, request: VectorRequest) -> VectorReply:
        vectors = [[0.5] * request.dimensions for _ in request.items]
        return await self._done(VectorReply(vectors=vectors, text_tokens=7, media_tokens=2))  # type: ignore[no-any-return]

    async def rerank(self, model: Model, request: RerankRequest) -> RerankReply:
        return await self._done(RerankReply(scores=[0.5 for _ in request.documents]))  # type: ignore[no-any-return]

    async def paint(self, model: Model, request: PictureRequest) -> PictureReply:
        return await self._done(PictureReply(images=[b"png"], seeds=[1]))  # type: ignore[no-any-return]


def invoke(ask: Ask, model: str, body: Any = None, **headers: str) -> Answer:
    return ask(converse_path(model, "invoke"), BODIES[model] if body is None else body, **headers)


@pytest.mark.parametrize("model", list(BODIES))
def test_every_family_answers_its_own_body(ask: Ask, model: str) -> None:
    got = invoke(ask, model)

    assert got.status == 200, got.error
    assert got.headers["content-type"] == "application/json"
    assert msgspec.json.encode(got.json) == got.body  # compact


@pytest.mark.parametrize("model", [TITAN, ENGLISH, "amazon.titan-embed-image-v1"])
def test_embeddings_count_their_input_alone(ask: Ask, model: str) -> None:
    # recorded: 106 of 106 have no count of output
    got = invoke(ask, model)

    assert list(got.headers) == [*COMMON, "x-amzn-bedrock-input-token-count"]
    assert int(got.headers["x-amzn-bedrock-input-token-count"]) > 0
    assert got.headers["x-amzn-bedrock-invocation-latency"].isdecimal()


@pytest.mark.parametrize("model", [RERANK, CANVAS])
def test_rankings_and_pictures_count_nothing(ask: Ask, model: str) -> None:
    # recorded for rerank, decided for pictures
    assert list(invoke(ask, model).headers) == COMMON


def test_asked_for_headers_are_echoed(ask: Ask) -> None:
    got = invoke(ask, TITAN, x_amzn_bedrock_service_tier="default")

    assert list(got.headers)[-1] == "x-amzn-bedrock-service-tier"


def test_vectors_have_the_length_that_was_asked_for(ask: Ask) -> None:
    assert len(invoke(ask, TITAN, {"inputText": "a", "dimensions": 512}).json["embedding"]) == 512
    assert len(invoke(ask, "us.cohere.embed-v4:0").json["embeddings"]["float"][0]) == 512
    assert [len(vector) for vector in invoke(ask, ENGLISH).json["embeddings"]] == [1024, 1024]


def test_pictures_have_the_size_that_was_asked_for(ask: Ask) -> None:
    sizes = []
    for image in invoke(ask, CANVAS).json["images"]:
        header = image_header(base64.b64decode(image))
        assert header is not None
        sizes.append((header.format, header.width, header.height))

    assert sizes == [("png", 320, 336)] * 2


def test_much_is_answered_as_little_is(ask: Ask) -> None:
    """What takes long is done beside the loop, and is the same."""
    texts = ["stone"] + ["word " * 400] * 5
    much = invoke(ask, ENGLISH, {"texts": texts, "input_type": "search_query"}).json["embeddings"]
    little = invoke(ask, ENGLISH, {"texts": texts[:1], "input_type": "search_query"}).json["embeddings"]

    assert len(much) == 6
    assert much[0] == little[0]


def test_the_best_document_comes_first(ask: Ask) -> None:
    assert [result["index"] for result in invoke(ask, RERANK).json["results"]] == [1, 0]


def test_the_same_request_has_the_same_answer(ask: Ask) -> None:
    for model in (TITAN, ENGLISH, RERANK, CANVAS):
        assert invoke(ask, model).body == invoke(ask, model).body


def test_refusals_of_body_and_model_are_bare(ask: Ask) -> None:
    malformed = invoke(ask, TITAN, b"{ Malformed Request Body")
    too_long = invoke(ask, TITAN, {"inputText": "word " * 9000})

    assert malformed.error == (  # recorded
        400,
        "ValidationException",
        "Malformed input request, please reformat your input and try again.",
    )
    assert too_long.error[:2] == (400, "ValidationException")
    assert too_long.error[2].startswith("400 Bad Request: Too many input tokens. Max input tokens: 8192, ")  # quoted


@pytest.mark.parametrize("model", [TITAN, RERANK, CANVAS])
def test_an_engine_that_cannot_does_not_offer_the_model(
    runner: asyncio.Runner, catalogue: Catalogue, model: str
) -> None:
    ask = asking(runner, catalogue, Scripted(opening()))

    assert invoke(ask, model).error == (  # recorded text
        403,
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
    )


@pytest.mark.parametrize("model", [TITAN, RERANK, CANVAS])
def test_what_an_engine_raises_reaches_the_caller(runner: asyncio.Runner, catalogue: Catalogue, model: str) -> None:
    for fails, status, text in (
        (ModelRefusal("No."), 400, "No."),
        (ThrottlingException("Too many requests, please wait before trying again."), 429, "Too many requests"),
    ):
        got = invoke(asking(runner, catalogue, Able(fails)), model)
        assert got.status == status
        assert got.error[2].startswith(text)


def test_the_engines_counts_are_what_is_told(runner: asyncio.Runner, catalogue: Catalogue) -> None:
    got = invoke(asking(runner, catalogue, Able()), "amazon.titan-embed-image-v1")

    assert got.headers["x-amzn-bedrock-input-token-count"] == "9"
    assert got.json["inputTextTokenCount"] == 7


@pytest.mark.parametrize("model", [TITAN, ENGLISH, RERANK, CANVAS, "stability.sd3-5-large-v1:0"])
def test_none_of_them_streams(ask: Ask, model: str) -> None:
    path = converse_path(model, "invoke-with-response-stream")

    assert ask(path, BODIES[model], x_amzn_bedrock_accept="application/json").error == (  # quoted
        400,
        "ValidationException",
        "The model is unsupported for streaming.",
    )


def test_every_model_of_these_families_is_named_once(catalogue: Catalogue) -> None:
    kinds = (FAMILIES, VECTOR_FAMILIES, RERANK_FAMILIES, PICTURE_FAMILIES)
    named = [api for kind in kinds for api in kind]

    assert len(named) == len(set(named)) == len(NATIVE)
    embedding = {model.api for model in catalogue.listed(output_modality="EMBEDDING")}
    assert embedding == set(VECTOR_FAMILIES)
