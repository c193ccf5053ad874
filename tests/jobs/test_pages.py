"""The how-to page about batch jobs runs as it stands, with boto3, against a server."""

from pathlib import Path

import pytest
from tests import docs
from tests.serving import serving


def test_run_batch_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "outcrop.toml").write_text(f'[objects]\nfolder = "{tmp_path / "objects"}"\n')
    with serving(tmp_path, "--settings", str(tmp_path / "outcrop.toml")) as server:
        monkeypatch.chdir(tmp_path)
        for name, value in {
            "AWS_ENDPOINT_URL_BEDROCK": server.facts.endpoint,
            "AWS_ACCESS_KEY_ID": server.facts.access_key_id,
            "AWS_SECRET_ACCESS_KEY": server.facts.secret_access_key,
            "AWS_DEFAULT_REGION": server.facts.region,
            "AWS_CONFIG_FILE": "absent",
            "AWS_SHARED_CREDENTIALS_FILE": "absent",
        }.items():
            monkeypatch.setenv(name, value)
        names = docs.run("how-to/run-batch-jobs.md")
        jobs = names["bedrock"].list_model_invocation_jobs(statusEquals="Completed")["invocationJobSummaries"]
        names["bedrock"].close()
    assert names["shown"]["status"] == "Completed"
    assert [job["jobArn"] for job in jobs] == [names["job"]]
    assert sorted(answer["recordId"] for answer in names["answers"]) == [f"MAIL{n:03}" for n in range(100)]
    assert names["manifest"]["successRecordCount"] == 100
