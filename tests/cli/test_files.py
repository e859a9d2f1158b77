"""Reading a file that a command was given: its bytes, or one sentence."""

from pathlib import Path

import pytest

from syndicate.cli.files import bytes_of
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
