"""ListModelInvocationJobs: the batch jobs of a region, filtered, the newest first, page by page."""

import base64
import binascii
from typing import Any

from outcrop.errors import ValidationException
from outcrop.jobs.store import Filter
from outcrop.model.control import ListModelInvocationJobsRequest
from outcrop.operations import jobs, resources
from outcrop.operations.call import Call

ACTION = "bedrock:ListModelInvocationJobs"
INPUT = ListModelInvocationJobsRequest
RESOURCES = resources.NONE

MOST = 1000  # results of a page, the service model's limit


async def run(call: Call) -> dict[str, Any]:
    """One page; an order is not documented without `sortOrder`, and is descending here."""
    asked: ListModelInvocationJobsRequest = call.input
    most = asked.max_results or MOST
    found = await call.services.jobs.find(
        Filter(
            region=call.region,
            submitted_after=jobs.microseconds(asked.submit_time_after, "submitTimeAfter"),
            submitted_before=jobs.microseconds(asked.submit_time_before, "submitTimeBefore"),
            status=asked.status_equals,
            name_contains=asked.name_contains,
            ascending=asked.sort_order == "Ascending",
            after=_place(asked.next_token) if asked.next_token else None,
            most=most,
        )
    )
    page = found[:most]
    return {
        "invocationJobSummaries": [jobs.shown(job) for job in page],
        "nextToken": _token(page[-1].submitted_at, page[-1].id) if len(found) > most else None,
    }


def _token(submitted_at: int, job_id: str) -> str:
    """What continues after a job; opaque to callers, as AWS's is."""
    return base64.urlsafe_b64encode(f"{submitted_at}:{job_id}".encode()).decode()


def _place(token: str) -> tuple[int, str]:
    try:
        submitted_at, _, job_id = base64.urlsafe_b64decode(token).decode().partition(":")
        return int(submitted_at), job_id
    except (binascii.Error, ValueError) as error:
        raise ValidationException("The provided nextToken is invalid.") from error  # not recorded
