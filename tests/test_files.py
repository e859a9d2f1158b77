"""Files that somebody names."""

from pathlib import Path

import pytest

from syndicate import files
from syndicate.errors import UsageError


@pytest.mark.parametrize("name", ["none", ".", "a" * 5000, "a\0b"])
def test_nothing_but_a_file_is_there(tmp_path: Path, name: str) -> None:
    assert not files.is_there(tmp_path / name)


def test_a_file_is_read_from_its_start_as_far_as_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(b"0123456789")

    assert files.is_there(file)
    assert files.held_by(file, "logo.png") == b"0123456789"
    assert files.held_by(file, "logo.png", most_bytes=3) == b"012"


def test_a_file_that_cannot_be_read_is_refused_by_the_name_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        files.held_by(tmp_path, "secrets/cms")

    assert str(refused.value) == "secrets/cms cannot be read (Is a directory)."
