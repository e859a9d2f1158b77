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
