"""Jobs from their making to their end: what lies in the bucket afterwards."""

import pytest
from tests.jobs.conftest import HAIKU, said

from outcrop.jobs import records
from outcrop.jobs.work import TAG
from outcrop.ledger import journal as journals
from outcrop.ledger import reports
from outcrop.ledger.writer import Drain


def test_a_job_of_converse_records(site):
    inputs = [{"recordId": f"R{n}", "modelInput": said(f"Mail {n}")} for n in range(20)]
    inputs[4]["modelInput"] = {"messages": "none"}
    inputs[5]["modelInput"] = said("")
    del inputs[6]["recordId"]
    site.put("in/mails.jsonl", *inputs)
    job = site.start()
    shown = site.ended(job)
    assert (shown["status"], shown["message"]) == ("Completed", None)
    counts = [shown[f"{name}RecordCount"] for name in ("total", "processed", "success", "error")]
    assert counts == [20, 20, 18, 2]
    answers = {one["recordId"]: one for one in site.read(f"out/{job}/mails.jsonl.out")}
    assert len(answers) == 20
    assert list(answers["R3"]) == ["recordId", "modelInput", "modelOutput"]
    assert answers["R3"]["modelInput"] == said("Mail 3")
    assert "“Mail 3”" in answers["R3"]["modelOutput"]["output"]["message"]["content"][0]["text"]
    assert answers["R4"]["error"]["errorCode"] == 400
    direct = site.ask("POST", f"/model/{HAIKU.replace(':', '%3A')}/converse", said(""))
    assert answers["R5"]["error"] == {"errorCode": 400, "errorMessage": direct.json["message"]}
    assert "modelOutput" not in answers["R5"]
    (unnamed,) = (name for name in answers if not name.startswith("R") or len(name) > 4)
    assert len(unnamed) == 11
    usages = [one["modelOutput"]["usage"] for one in answers.values() if "modelOutput" in one]
    assert site.read(f"out/{job}/manifest.json.out") == [
        {
            "totalRecordCount": 20,
            "processedRecordCount": 20,
            "successRecordCount": 18,
            "errorRecordCount": 2,
            "inputTokenCount": sum(one["inputTokens"] for one in usages),
            "outputTokenCount": sum(one["outputTokens"] for one in usages),
        }
    ]
    assert not (site.data / "jobs" / job).exists()


def test_a_job_of_native_bodies_over_a_prefix(site):
    body = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50}
    for name in ("a.jsonl", "b/c.jsonl"):
        turn = {**body, "messages": [{"role": "user", "content": name}]}
        site.put(f"in/{name}", {"recordId": "1", "modelInput": turn}, {"recordId": "2", "modelInput": body})
    site.put("in/notes.txt", "not a record")
    job = site.start("in", modelInvocationType="InvokeModel")
    assert site.ended(job)["status"] == "Completed"
    for name in ("a.jsonl", "b/c.jsonl"):
        answers = {one["recordId"]: one for one in site.read(f"out/{job}/{name}.out")}
        assert name in answers["1"]["modelOutput"]["content"][0]["text"]
        assert answers["2"]["error"]["errorCode"] == 400
        assert answers["2"]["error"]["errorMessage"].startswith("Malformed input request")
    (manifest,) = site.read(f"out/{job}/manifest.json.out")
    assert (manifest["successRecordCount"], manifest["errorRecordCount"]) == (2, 2)
    lines = [one for name in ("a.jsonl", "b/c.jsonl") for one in site.read(f"out/{job}/{name}.out")]
    told = [one["modelOutput"]["usage"]["output_tokens"] for one in lines if "modelOutput" in one]
    assert manifest["outputTokenCount"] == sum(told) > 0


@pytest.mark.parametrize(
    ("lines", "said_of_it"),
    [
        (['{"recordId":"1"}'], "Record 1 of mails.jsonl is malformed: Object missing required field `modelInput`"),
        (
            ['{"modelInput":{}}', '{"modelInput":[]}'],
            "Record 2 of mails.jsonl is malformed: modelInput is no JSON object",
        ),
        (['{"modelInput":'], "Record 1 of mails.jsonl is malformed"),
        ([], "The job has 0 records; 1 are needed at least."),
    ],
)
def test_a_file_that_is_not_of_records_fails_the_job(site, lines, said_of_it):
    site.put("in/mails.jsonl", *lines)
    shown = site.ended(site.start())
    assert shown["status"] == "Failed"
    assert shown["message"].startswith(said_of_it)
    assert not (site.bucket / "out").exists()


def test_an_input_or_a_bucket_that_is_not_there_fails_it(site):
    assert "s3://quarry/in/mails.jsonl does not exist" in site.ended(site.start())["message"]
    assert "holds no file whose name ends with .jsonl" in site.ended(site.start("nothing/"))["message"]
    site.put("in/mails.jsonl", {"modelInput": said("Hello")})
    elsewhere = {"s3OutputDataConfig": {"s3Uri": "s3://absent/out"}}
    assert "s3://absent/ does not exist" in site.ended(site.start(outputDataConfig=elsewhere))["message"]


def test_runs_are_in_the_ledger_by_the_job(site):
    site.put("in/mails.jsonl", *[{"modelInput": said(f"{n}", requestMetadata={"team": "stone"})} for n in range(3)])
    job = site.start()
    assert site.ended(job)["status"] == "Completed"

    async def report():
        database = await site.built.database.get()
        await Drain(site.data / journals.NAME).run(database)
        found = [await reports.usage(database, by, only={"operation": "Converse"}) for by in (f"tag:{TAG}", "tag:team")]
        return [[(row.key, row.requests) for row in one.rows] for one in found]

    assert site.runner.run(report()) == [[(job, 3)], [("stone", 3)]]


def test_an_id_that_is_made_is_the_same_again():
    line = records.line(b'{"modelInput":{}}')
    assert records.record_id(line, "job", 4) == records.record_id(line, "job", 4)
    assert len({records.record_id(line, "job", n) for n in range(500)}) == 500
