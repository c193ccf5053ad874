"""Batch jobs as AWS has them: records of files in the object store, asked one by one, answers beside them.

`job` is what a job is, `store` keeps them in the database, `records` is the form of their lines, `work` does one job with
`outcrop.batch`, and `worker` does those that nobody else is doing.
"""

from outcrop.jobs.job import Job
from outcrop.jobs.store import Jobs, JobsUnavailable
from outcrop.jobs.worker import Worker

__all__ = ["Job", "Jobs", "JobsUnavailable", "Worker"]
