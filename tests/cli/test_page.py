"""`outcrop page`: a link that signs in once, for the server that runs."""

from pathlib import Path

from tests.serving import Serving, run

from outcrop.server.sessions import Sessions


def test_the_link_signs_in_once(start_server) -> None:
    serving: Serving = start_server("served")
    got = run("page", "--data", serving.data)
    address, _, ticket = got.stdout.strip().partition("#ticket=")

    assert address == f"{serving.facts.endpoint}/"
    assert Sessions(serving.data).redeem(ticket) == serving.facts.access_key_id
    assert Sessions(serving.data).redeem(ticket) is None


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    got = run("page", "--data", tmp_path)

    assert got.returncode == 1
    assert "outcrop serve" in got.stderr
