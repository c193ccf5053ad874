"""The operations on batch jobs as boto3's bytes see them: made, shown, listed, stopped, refused."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

import pytest
from tests.jobs.conftest import made, order, said, site

__all__ = ["site"]
ARN = re.compile(r"arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/([a-z0-9]{12})")


@pytest.fixture
def idle(runner, tmp_path):
    """A site where nobody works."""
    site = made(runner, tmp_path)
    runner.run(site.built.jobs.aclose())
    yield site
    runner.run(site.built.database.aclose())


def create(site, **members):
    return site.ask("POST", "/model-invocation-job", order(**members))


def listed(site, **query):
    return site.ask("GET", "/model-invocation-jobs", query=urlencode(query)).json


def test_a_job_is_made_and_shown_by_id_and_arn(idle):
    given = {
        "clientRequestToken": "token-1",
        "timeoutDurationInHours": 48,
        "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "tags": [{"key": "team", "value": "stone"}],
    }
    answer = create(idle, **given)
    assert (answer.status, list(answer.json)) == (200, ["jobArn"])
    job_id = ARN.fullmatch(answer.json["jobArn"])[1]
    shown = idle.show(job_id)
    assert idle.show(quote(answer.json["jobArn"], safe="")) == shown
    assert {**order(), **given, **shown, "tags": given["tags"]} == {**shown, "tags": given["tags"]}
    assert shown["status"] == "Submitted"
    times = [datetime.fromisoformat(shown[name]) for name in ("submitTime", "jobExpirationTime")]
    assert times[1] - times[0] == timedelta(hours=48)
    assert abs(datetime.now(UTC) - times[0]) < timedelta(minutes=1)
    assert (shown["endTime"], shown["totalRecordCount"], shown["message"]) == (None, None, None)
    assert list(shown) == sorted(shown)


def test_native_bodies_and_a_day_are_the_defaults(idle):
    body = {name: value for name, value in order().items() if name != "modelInvocationType"}
    shown = idle.show(idle.ask("POST", "/model-invocation-job", body).json["jobArn"].rpartition("/")[2])
    assert (shown["modelInvocationType"], shown["timeoutDurationInHours"]) == ("InvokeModel", 24)


def test_a_token_makes_one_job(idle):
    one = create(idle, clientRequestToken="t1").json
    assert create(idle, clientRequestToken="t1", jobName="other").json == one
    assert create(idle, clientRequestToken="t2").json != one


def test_lists_are_filtered_ordered_and_paged(idle):
    ids = [create(idle, jobName=f"job-{n}").json["jobArn"].rpartition("/")[2] for n in range(5)]
    idle.ask("POST", f"/model-invocation-job/{ids[2]}/stop")

    def names(**query):
        return [one["jobName"] for one in listed(idle, **query)["invocationJobSummaries"]]

    assert names() == [f"job-{n}" for n in (4, 3, 2, 1, 0)]
    assert names(sortOrder="Ascending", sortBy="CreationTime") == [f"job-{n}" for n in range(5)]
    assert names(statusEquals="Stopping") == ["job-2"]
    assert names(nameContains="b-3") == ["job-3"]
    middle = idle.show(ids[2])["submitTime"]
    assert names(submitTimeAfter=middle) == ["job-4", "job-3"]
    assert names(submitTimeBefore=middle) == ["job-1", "job-0"]
    pages, token = [], {}
    while True:
        page = listed(idle, maxResults=2, **token)
        pages.append([one["jobName"] for one in page["invocationJobSummaries"]])
        if page["nextToken"] is None:
            break
        token = {"nextToken": page["nextToken"]}
    assert pages == [["job-4", "job-3"], ["job-2", "job-1"], ["job-0"]]


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"jobName": "no spaces"}, "Value 'no spaces' at 'jobName' failed to satisfy constraint"),
        ({"timeoutDurationInHours": 23}, "at 'timeoutDurationInHours' failed to satisfy constraint"),
        ({"roleArn": "nobody"}, "at 'roleArn' failed to satisfy constraint"),
        (
            {"inputDataConfig": {}},
            "'inputDataConfig.s3InputDataConfig' failed to satisfy constraint: Member must not be null",
        ),
        ({"modelId": "nobody.has-this"}, "The provided model identifier is invalid."),
    ],
)
def test_what_cannot_be_made(idle, members, text):
    status, code, message = create(idle, **members).error
    assert (status, code) == (400, "ValidationException")
    assert text in message


def test_jobs_that_are_not_there(idle):
    for method, end in (("GET", ""), ("POST", "/stop")):
        status, code, _ = idle.ask(method, f"/model-invocation-job/abcdefghijkl{end}").error
        assert (status, code) == (404, "ResourceNotFoundException")
    assert idle.ask("GET", "/model-invocation-job/NotOne").error[:2] == (400, "ValidationException")
    job = create(idle).json["jobArn"].rpartition("/")[2]
    elsewhere = quote(f"arn:aws:bedrock:eu-west-1:123456789012:model-invocation-job/{job}", safe="")
    assert idle.ask("GET", f"/model-invocation-job/{elsewhere}").error[0] == 404
    assert idle.ask("GET", f"/model-invocation-job/{job}", region="eu-west-1").error[0] == 404
    assert listed(idle, nextToken="bad")["message"] == "The provided nextToken is invalid."
    assert listed(idle, submitTimeAfter="yesterday")["message"] == "The value of submitTimeAfter is not a timestamp."


def test_without_a_database_there_are_none(runner, tmp_path):
    site = made(runner, tmp_path)
    assert listed(site) == {"invocationJobSummaries": [], "nextToken": None}
    assert site.ask("GET", "/model-invocation-job/abcdefghijkl").error[0] == 404
    assert not (tmp_path / "outcrop.db").exists()
    runner.run(site.built.aclose())


def test_a_minimum_of_records_is_the_settings(runner, tmp_path):
    site = made(runner, tmp_path, minimum_records=100)
    site.put("in/mails.jsonl", *[{"modelInput": said("Hello")}] * 99)
    shown = site.ended(site.start())
    assert (shown["status"], shown["message"]) == ("Failed", "The job has 99 records; 100 are needed at least.")
    runner.run(site.built.aclose())
