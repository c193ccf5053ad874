"""What the operations on batch jobs share: finding one by id or ARN, and how AWS shows one.

Members are those of the service model in AWS's order; null where there is none, as the other answers of the control plane
were recorded. None of these four was.
"""

import datetime
from typing import Any

import msgspec

from outcrop.catalog import identifier
from outcrop.errors import ResourceNotFoundException, ValidationException
from outcrop.iam.keys import ACCOUNT
from outcrop.jobs import Job
from outcrop.model.service import service
from outcrop.operations.call import Call
from outcrop.operations.inference_profiles import instant
from outcrop.wire import validate

NOT_FOUND = "The model invocation job could not be found: {}"  # decided
_KIND = "model-invocation-job"


async def find(call: Call) -> Job:
    """The job that the call's input names, in its region; raises ValidationException or ResourceNotFoundException."""
    text: str = call.input.job_identifier
    broken = list(validate.violations(service("bedrock"), "ModelInvocationJobIdentifier", text, "jobIdentifier"))
    if broken:
        raise validate.constraint_error(broken)
    job_id = text.rpartition("/")[2]
    job = await call.services.jobs.get(call.region, job_id) if text in (job_id, arn(call.region, job_id)) else None
    if job is None:
        raise ResourceNotFoundException(NOT_FOUND.format(text))
    return job


def arn(region: str, job_id: str) -> str:
    """The ARN of a job of this account."""
    return f"arn:{identifier.partition(region)}:bedrock:{region}:{ACCOUNT}:{_KIND}/{job_id}"


def shown(job: Job) -> dict[str, Any]:
    """The job as GetModelInvocationJob and the list show it."""
    order = job.order
    processed = None if job.succeeded is None else job.succeeded + (job.failed or 0)
    return {
        "clientRequestToken": job.token,
        "endTime": _moment(job.ended_at),
        "errorRecordCount": job.failed,
        "inputDataConfig": msgspec.to_builtins(order.input),
        "jobArn": arn(job.region, job.id),
        "jobExpirationTime": _moment(job.expires_at),
        "jobName": job.name,
        "lastModifiedTime": _moment(job.modified_at),
        "message": job.message,
        "modelId": order.model_id,
        "modelInvocationType": order.kind,
        "outputDataConfig": msgspec.to_builtins(order.output),
        "processedRecordCount": processed,
        "roleArn": order.role_arn,
        "status": job.status,
        "submitTime": _moment(job.submitted_at),
        "successRecordCount": job.succeeded,
        "timeoutDurationInHours": order.hours,
        "totalRecordCount": job.total,
        "vpcConfig": msgspec.to_builtins(order.vpc) if order.vpc else None,
    }


def _moment(microseconds: int | None) -> str | None:
    return None if microseconds is None else instant(microseconds * 1000)


def microseconds(text: str | None, member: str) -> int | None:
    """A timestamp of the query string; raises ValidationException for what is none."""
    if text is None:
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
        return round(found.timestamp() * 1_000_000)
    except (ValueError, OverflowError) as error:
        raise ValidationException(f"The value of {member} is not a timestamp.") from error  # decided
