"""What lies in S3: the pictures, documents and videos that a request points to, read before the model runs.

Who calls must be allowed `s3:GetObject` on each of them, and a caller names a bucket and a key, never a host. Where no store
is set up nothing is fetched, and the engine sees the location as it was given.

The limit is that of request bodies; AWS takes larger videos. The refusals of objects that cannot be read are decided.
"""

from collections.abc import Iterator

from outcrop.chat.request import ChatRequest
from outcrop.errors import ServiceUnavailableException, ValidationException
from outcrop.iam.authorization import Authorization, Need
from outcrop.iam.keys import Principal
from outcrop.model.runtime import (
    AudioSource,
    ContentBlock,
    DocumentSource,
    ImageSource,
    ToolResultContentBlock,
    VideoSource,
)
from outcrop.storage.objects import NoObjects, ObjectMissing, Objects, ObjectsUnavailable, ObjectTooLarge, split
from outcrop.wire.http import HttpRequest

LARGEST = 25_000_000  # bytes of all objects of a request together
MISSING = "The S3 object at {} could not be read. Check that it exists and try again."
TOO_LARGE = "The S3 objects of the request are larger than {:,} bytes together."

Source = ImageSource | DocumentSource | VideoSource | AudioSource


class Reader:
    """Reads what requests point to out of `objects`, for a caller whom `access` allows it."""

    def __init__(self, objects: Objects, access: Authorization) -> None:
        self._objects, self._access = objects, access

    async def load(
        self, request: ChatRequest, principal: Principal, region: str, sent: HttpRequest | None = None
    ) -> None:
        """Put the bytes in the place of every location in `request`.

        Raises AuthorizationFailure for what the caller may not read, ValidationException for what is not there or is too
        much, ServiceUnavailableException when the store does not answer.
        """
        if request.plain or isinstance(self._objects, NoObjects):
            return
        left = LARGEST
        for source in _sources(request):
            assert source.s3_location is not None
            uri = source.s3_location.uri
            self._check(uri, principal, region, sent)
            source.bytes = await self._read(uri, left)
            source.s3_location = None
            left -= len(source.bytes)

    def _check(self, uri: str, principal: Principal, region: str, sent: HttpRequest | None) -> None:
        try:
            bucket, key = split(uri)
        except ObjectMissing as error:
            raise ValidationException(MISSING.format(uri)) from error
        need = Need("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        self._access.check(principal, region, None, lambda: (need,), sent)

    async def _read(self, uri: str, limit: int) -> bytes:
        try:
            return await self._objects.read(uri, limit)
        except ObjectMissing as error:
            raise ValidationException(MISSING.format(uri)) from error
        except ObjectTooLarge as error:
            raise ValidationException(TOO_LARGE.format(LARGEST)) from error
        except ObjectsUnavailable as error:
            raise ServiceUnavailableException from error


def _sources(request: ChatRequest) -> Iterator[Source]:
    """Every source that is a location."""
    for message in request.messages:
        for block in message.content:
            yield from _within(block)
            for item in block.tool_result.content if block.tool_result else ():
                yield from _within(item)


def _within(block: ContentBlock | ToolResultContentBlock) -> Iterator[Source]:
    media = [block.image, block.document, block.video, block.audio if isinstance(block, ContentBlock) else None]
    for medium in media:
        if medium is not None and medium.source.s3_location is not None:
            yield medium.source
