"""`outcrop group`."""

from tests.cli.conftest import Ask


def test_groups(outcrop: Ask) -> None:
    assert outcrop("group", "list").startswith("There are no groups.")
    outcrop("group", "create", "crew")
    for name in ("fay", "gus"):
        outcrop("user", "create", name)
    assert outcrop("group", "add", "crew", "fay", "gus") == "added  fay to crew\nadded  gus to crew\n"
    assert "users  fay, gus\n" in outcrop("group", "show", "crew")
    assert outcrop("group", "list").splitlines()[1].split()[:3] == ["crew", "2", "0"]
    assert outcrop("group", "delete", "crew", status=1).endswith("must remove users from group first.\n")
    assert outcrop("group", "remove", "crew", "fay", "gus").startswith("removed  fay from crew\n")
    assert outcrop("group", "delete", "crew") == "deleted  crew\n"
