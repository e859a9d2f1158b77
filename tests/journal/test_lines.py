"""Lines beside the database: root is led nowhere by whoever owns their folder."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicate.errors import PermanentError
from syndicate.journal import lines

SETTING = "SYNDICATE_JOURNAL"
ACTS: tuple[Callable[[Path], object], ...] = (
    lambda path: list(lines.read(path, setting=SETTING)),
    lambda path: lines.ending_at(path, 4, 4, setting=SETTING),
    lambda path: lines.append(path, [{"at": "now"}], setting=SETTING),
    lambda path: lines.merge(path, [{"at": "now"}], "at", setting=SETTING),
    lambda path: lines.change(path, dict, setting=SETTING),
)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is led astray")
@pytest.mark.parametrize("act", ACTS)
def test_root_follows_no_link_out_of_a_journal(
    tmp_path: Path, act: Callable[[Path], object]
) -> None:
    theirs, link = tmp_path / "shadow", tmp_path / "journal.jsonl"
    theirs.write_text('{"secret": 1}\n')
    link.symlink_to(theirs)

    with pytest.raises(PermanentError):
        act(link)

    assert theirs.read_text() == '{"secret": 1}\n'
    assert link.is_symlink()


def test_a_journal_that_is_no_link_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"

    for act in ACTS[2:]:
        act(path)

    assert list(lines.read(path, setting=SETTING)) == [{"at": "now"}, {"at": "now"}]


@pytest.fixture
def of_another(tmp_path: Path) -> Path:
    """A journal's place in a folder that another account may write in."""
    path = tmp_path / "apart" / "journal.jsonl"
    path.parent.mkdir()
    os.chown(path.parent, 65534, 65534)
    return path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("kind", ["link", "second name", "pipe"])
def test_what_another_account_lays_in_a_journals_place_gives_it_nothing_of_roots(
    of_another: Path, tmp_path: Path, kind: str
) -> None:
    """A worker that was broken into, and waits for root's next command."""
    secret = tmp_path / "secret"
    secret.write_text('{"of": "root"}\n')
    secret.chmod(0o600)
    match kind:
        case "link":
            of_another.symlink_to(secret)
        case "second name":
            of_another.hardlink_to(secret)
        case _:
            os.mkfifo(of_another)

    for act in ACTS:
        with pytest.raises(PermanentError):
            act(of_another)

    assert (secret.stat().st_uid, secret.read_text()) == (0, '{"of": "root"}\n')
    assert [each.name for each in of_another.parent.iterdir()] == [of_another.name]
