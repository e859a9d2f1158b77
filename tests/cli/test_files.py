"""A file that a command was given to read, or to write: its bytes, or one sentence."""

from pathlib import Path

import pytest

from syndicate.cli.files import bytes_of, written
from syndicate.errors import NotFoundError, UsageError


@pytest.mark.parametrize("content", [b"", b"a\r\nb\0\xff"])
def test_a_file_is_read_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "readers.csv"
    file.write_bytes(content)

    assert bytes_of(file) == content


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")

    assert bytes_of(tmp_path / "link") == b"x"


@pytest.mark.parametrize("name", ["none", "folder", "dangling"])
def test_what_is_no_file_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")

    with pytest.raises(NotFoundError) as refused:
        bytes_of(tmp_path / name)

    assert str(refused.value) == f"There is no file {tmp_path / name}; name one that exists."


def test_a_file_that_cannot_be_read_says_why() -> None:
    file = Path("/proc/self/mem")  # there for everybody, and never readable from its beginning

    with pytest.raises(UsageError) as refused:
        bytes_of(file)

    assert str(refused.value) == f"{file} cannot be read (Input/output error)."


def test_a_file_is_written_anew_and_a_new_one_is_nobody_elses_business(tmp_path: Path) -> None:
    file = tmp_path / "readers.csv"
    for content in (b"longer", b"short"):
        with written(file) as opened:
            opened.write(content)

    assert file.read_bytes() == b"short"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("name", "why"), [("none/readers.csv", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_written_says_why(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        written(tmp_path / name)

    told = f"{tmp_path / name} cannot be written ({why}); name another file with --out."
    assert str(refused.value) == told
