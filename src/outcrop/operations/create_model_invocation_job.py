"""CreateModelInvocationJob: records of a file, to be asked one by one while nobody waits."""

from typing import Any

from outcrop.jobs import Job
from outcrop.jobs.job import HOUR, HOURS, Order, kept, new_id
from outcrop.model.control import CreateModelInvocationJobRequest
from outcrop.operations import jobs, resources
from outcrop.operations.call import Call
from outcrop.wire import validate

ACTION = "bedrock:CreateModelInvocationJob"
INPUT = CreateModelInvocationJobRequest
RESOURCES = resources.NEW_JOB


async def run(call: Call) -> dict[str, Any]:
    """The new job's ARN, or that of the job the same token has made; the input is looked at later (documented)."""
    asked: CreateModelInvocationJobRequest = call.input
    for config, member in (
        (asked.input_data_config.s3_input_data_config, "inputDataConfig.s3InputDataConfig"),
        (asked.output_data_config.s3_output_data_config, "outputDataConfig.s3OutputDataConfig"),
    ):
        if config is None:
            raise validate.constraint_error(
                [validate.broken(None, member, "Member must not be null", show="Value null")]
            )
    call.model(asked.model_id)
    now, hours = call.services.jobs.now(), asked.timeout_duration_in_hours or HOURS
    job = Job(
        id=new_id(),
        region=call.region,
        name=asked.job_name,
        token=asked.client_request_token,
        status="Submitted",
        submitted_at=now,
        modified_at=now,
        expires_at=now + hours * HOUR,
        order=Order(
            model_id=asked.model_id,
            role_arn=asked.role_arn,
            input=asked.input_data_config,
            output=asked.output_data_config,
            kind=asked.model_invocation_type or "InvokeModel",
            hours=hours,
            principal=kept(call.principal),
            vpc=asked.vpc_config,
            tags={tag.key: tag.value for tag in asked.tags or ()},
        ),
    )
    return {"jobArn": jobs.arn(call.region, (await call.services.jobs.add(job)).id)}
