"""A small disk of its own for an installation, that can be filled to the last byte (root only)."""

import errno
import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

_BALLAST = "ballast"


class Disk:
    """A tmpfs, mounted as long as the block lasts.

    Args:
        folder: where; made.
        megabytes: its size.
    """

    def __init__(self, folder: Path, *, megabytes: int) -> None:
        self.folder = folder
        self.megabytes = megabytes

    def __enter__(self) -> Self:
        self.folder.mkdir(mode=0o755)
        size = f"size={self.megabytes}m,mode=755"
        _run("mount", "-t", "tmpfs", "-o", size, "syndicate-soak", str(self.folder))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Lazily: what was killed a moment ago may still hold a file.
        _run("umount", "--lazy", str(self.folder))

    def fill(self) -> None:
        """Leave no byte free."""
        path = self.folder / _BALLAST
        with path.open("ab") as ballast:
            for size in (1 << 26, 1 << 20, 1 << 12):
                self._grow(ballast.fileno(), size)

    def _grow(self, file: int, size: int) -> None:
        while True:
            try:
                os.posix_fallocate(file, os.fstat(file).st_size, size)
            except OSError as full:
                if full.errno != errno.ENOSPC:
                    raise
                return

    def relieve(self) -> None:
        """Give back what filled it."""
        (self.folder / _BALLAST).unlink(missing_ok=True)

    def used(self) -> int:
        """Bytes in use."""
        found = os.statvfs(self.folder)
        return (found.f_blocks - found.f_bfree) * found.f_frsize


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True, text=True)
