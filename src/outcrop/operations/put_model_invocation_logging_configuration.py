"""PutModelInvocationLoggingConfiguration: what is logged of the calls in a region, and where to."""

from typing import Any

from outcrop.errors import ValidationException
from outcrop.model.control import LoggingConfig, PutModelInvocationLoggingConfigurationRequest
from outcrop.operations import resources
from outcrop.operations.call import Call
from outcrop.storage.objects import ObjectMissing, ObjectsUnavailable

ACTION = "bedrock:PutModelInvocationLoggingConfiguration"
INPUT = PutModelInvocationLoggingConfigurationRequest
RESOURCES = resources.NONE

# Decided; AWS says as much of a bucket or a log group that it may not write to.
NO_DESTINATION = "At least one of cloudWatchConfig and s3Config must be given."
NO_BUCKET = "Failed to validate permissions for S3 bucket: {}. Verify that the bucket exists and can be written to."


async def run(call: Call) -> dict[str, Any]:
    """Keep the configuration; raises ValidationException when it names no destination, or a bucket that cannot be used."""
    wanted: LoggingConfig = call.input.logging_config
    cloud = wanted.cloud_watch_config
    if cloud is None and wanted.s3_config is None:
        raise ValidationException(NO_DESTINATION)
    for bucket in (wanted.s3_config, cloud.large_data_delivery_s3_config if cloud else None):
        if bucket:
            await _check(call, bucket.bucket_name)
    await call.services.logging.put(call.region, wanted)
    return {}


async def _check(call: Call, bucket: str) -> None:
    try:
        await call.services.objects.check(bucket)
    except (ObjectMissing, ObjectsUnavailable) as error:
        raise ValidationException(NO_BUCKET.format(bucket)) from error
