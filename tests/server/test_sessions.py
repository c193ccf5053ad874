"""Tickets are good once, sessions until they end, and the data directory holds neither."""

import threading
from pathlib import Path

from outcrop.server.sessions import SESSION, TICKET, Sessions

KEY = "AKIAAAAAAAAAAAAAAAAA"


def test_a_ticket_is_good_once(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    ticket = sessions.ticket(KEY)

    assert [sessions.redeem(ticket), sessions.redeem(ticket)] == [KEY, None]


def test_of_many_at_once_one_redeems_it(tmp_path: Path) -> None:
    ticket, found = Sessions(tmp_path).ticket(KEY), []
    threads = [threading.Thread(target=lambda: found.append(Sessions(tmp_path).redeem(ticket))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, found)) == sorted([KEY, *["None"] * 15])


def test_both_expire(tmp_path: Path) -> None:
    moment = [1000.0]
    sessions = Sessions(tmp_path, lambda: moment[0])
    ticket, session = sessions.ticket(KEY), sessions.begin(KEY)
    moment[0] += TICKET
    assert sessions.redeem(ticket) is None
    moment[0] += SESSION - TICKET - 1
    assert sessions.find(session) == KEY
    moment[0] += 1
    assert sessions.find(session) is None


def test_other_workers_and_a_restarted_server_know_them(tmp_path: Path) -> None:
    session = Sessions(tmp_path).begin(KEY)

    assert Sessions(tmp_path).find(session) == KEY
    Sessions(tmp_path).end(session)
    assert Sessions(tmp_path).find(session) is None


def test_a_ticket_is_no_session_and_a_session_no_ticket(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)

    assert sessions.find(sessions.ticket(KEY)) is None
    assert sessions.redeem(sessions.begin(KEY)) is None


def test_the_directory_holds_no_words_and_forgets_what_has_expired(tmp_path: Path) -> None:
    moment = [1000.0]
    sessions = Sessions(tmp_path, lambda: moment[0])
    words = [sessions.ticket(KEY), sessions.begin(KEY)]
    kept = "".join(path.name + path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(word in kept for word in words)

    moment[0] += SESSION
    sessions.ticket(KEY)
    assert len(list((tmp_path / "sessions").iterdir())) == 1


def test_nonsense_and_damaged_files_are_nothing(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    session = sessions.begin(KEY)
    next((tmp_path / "sessions").iterdir()).write_text("{")

    assert [sessions.find(word) for word in (session, "", "../../etc/passwd", "x" * 5000)] == [None] * 4
