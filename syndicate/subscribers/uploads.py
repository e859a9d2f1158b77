"""What somebody brings to an import: a file of readers, alone or with those of who has left."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from syndicate.subscribers import code_pages, csvfile, packed
from syndicate.subscribers.status_cells import quoted
from syndicate.subscribers.transfer import Foreseen, Imported

Told = TypeVar("Told", Imported, Foreseen)

_ANY = "latin-1"  # of a file of which only addresses are read
_BLANK = "\ufeff \t\r\n,;"


@dataclass(frozen=True)
class Upload:
    """The files of an import, in lines with their ends.

    Attributes:
        lines: of the file of readers.
        left: lines of the files beside it that say by their names that those in them have left.
        passed: names of files beside it that hold no readers.
    """

    lines: Sequence[str]
    left: Mapping[str, Sequence[str]]
    passed: Sequence[str] = ()

    def noted(self, told: Told) -> Told:
        """What became of the lines, with a note of line 0 on each file that was passed over."""
        return replace(told, notes=(*map(_passed, self.passed), *told.notes))


def opened(raw: bytes, *, encoding: str = "", ignored: Collection[str] = ()) -> Upload:
    """What is in a file, packed or not.

    Args:
        raw: its bytes.
        encoding: in which it is; "" to find out.
        ignored: names of columns that say nothing about who may be mailed.

    Raises:
        UsageError: it is in no form that can be read.
    """
    found = packed.opened(raw)
    text = code_pages.decoded(found.content, encoding=encoding, ignored=ignored)
    left = {name: _of_leavers(content, encoding) for name, content in found.left.items()}
    # An empty one says that nobody has left.
    said = {
        name: lines for name, lines in left.items() if any(line.strip(_BLANK) for line in lines)
    }
    return Upload(csvfile.lines_of(text), said, found.passed)


def _passed(name: str) -> tuple[int, str]:
    return 0, f"{quoted(name)} in the archive was passed over: it holds no readers"


def _of_leavers(content: bytes, encoding: str) -> list[str]:
    """The lines of a file of which nobody comes in, whatever its code page."""
    try:
        text = (
            code_pages.decoded(content, encoding=encoding) if encoding else csvfile.decoded(content)
        )
    except csvfile.NotUtf8Error:
        text = content.decode(_ANY)
    return csvfile.lines_of(text)
