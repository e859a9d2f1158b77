"""Lines of JSON in a file that only grows: read, also from its end, and appended so that they last.

A line that a full disk or a power cut left unfinished is passed over, and takes no other with it.

Where root writes in a folder of another account, that account may have laid a link there: what it
leads to is neither read, nor written, nor given away.
"""

import datetime as dt
import errno
import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from syndicate import bounds, logs
from syndicate.errors import PermanentError

log = logs.get(__name__)

FOLDER = "journal"

# A transaction that began first may end last: so far back the rows are compared by id.
OVERLAP = dt.timedelta(hours=1)
# What is read of a file that is looked at often.
TAIL_BYTES = 65_536


def read(path: Path, *, setting: str, last_bytes: int | None = None) -> Iterator[dict[str, Any]]:
    """The lines of a file, oldest first; none when there is no file.

    Args:
        path: of the file.
        setting: names a place for it, for the message.
        last_bytes: only what stands whole within so many bytes of its end.

    Raises:
        PermanentError: the file cannot be read.
    """
    try:
        with _opened(path) as file:
            if last_bytes is not None:
                file.seek(max(0, os.fstat(file.fileno()).st_size - last_bytes))
                if file.tell():
                    file.readline()
            raw = file.read().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(path, "read", setting, error) from error
    for line in raw:
        said = _said(path, line) if line.strip() else None
        if said is not None:
            yield said


def since(path: Path, moment: dt.datetime, name: str, *, setting: str) -> list[dict[str, Any]]:
    """All lines since a moment: from the end, as far as needed.

    Args:
        path: of the file.
        moment: aware UTC.
        name: of the moment in a line; none stands behind one that is later by `OVERLAP`.
        setting: names a place for the file, for the message.

    Raises:
        PermanentError: the file cannot be read.
    """
    size = TAIL_BYTES
    while True:
        found = [
            (at, each)
            for each in read(path, setting=setting, last_bytes=size)
            if (at := _moment(each.get(name))) is not None
        ]
        is_whole = not path.exists() or path.stat().st_size <= size
        # One late line at the head of what was read says nothing of those before it.
        if is_whole or (found and found[0][0] < moment - OVERLAP):
            return [each for at, each in found if at >= moment]
        size *= 2


def ending_at(path: Path, size: int, length: int, *, setting: str) -> bytes | None:
    """Of the first `size` bytes of a file the last ones, `length` at most.

    Returns:
        None where the file is shorter, or not there.

    Raises:
        PermanentError: the file cannot be read.
    """
    try:
        with _opened(path) as file:
            file.seek(max(0, size - length))
            found = file.read(min(size, length))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, "read", setting, error) from error
    return found if len(found) == min(size, length) else None


def home(data_dir: Path) -> Path:
    """Where the journals of a data folder are: in a folder of their own if root runs the stack."""
    apart = data_dir / FOLDER
    return apart if apart.is_dir() else data_dir


def append(path: Path, said: Iterable[Mapping[str, Any]], *, setting: str) -> None:
    """Write lines behind the last one; when this returns they survive a power cut.

    Args:
        path: of the file; it and its folder are made if they are not there.
        said: one mapping a line.
        setting: names a place for the file, for the message.

    Raises:
        PermanentError: the file cannot be written.
    """
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in said)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _opened(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as file:
            _hand_over(file, path.parent)
            # A line that broke off must not take the next one with it.
            file.write(b"\n" if _breaks_off(file) else b"")
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unusable(path, "written", setting, error) from error


def replace(path: Path, said: Mapping[str, Any], *, setting: str) -> None:
    """Make a file of one line, whole or not at all, that survives a power cut.

    Raises:
        PermanentError: it cannot be written.
    """
    try:
        _put(path, [json.dumps(said).encode()])
    except OSError as error:
        raise _unusable(path, "written", setting, error) from error


def merge(path: Path, said: Iterable[Mapping[str, Any]], name: str, *, setting: str) -> None:
    """Put lines among those of a file by their time, whole or not at all; by one process.

    Args:
        path: of the file; it and its folder are made if they are not there.
        said: one mapping a line.
        name: of the moment in a line.
        setting: names a place for the file, for the message.

    Raises:
        PermanentError: it cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = _raw(path)
        every = [line for line in raw if line.strip()]
        every += [json.dumps(each, ensure_ascii=False).encode() for each in said]
        _put(path, sorted(every, key=lambda line: _stands_at(path, line, name)))
    except OSError as error:
        raise _unusable(path, "written", setting, error) from error


def change(
    path: Path,
    changed: Callable[[dict[str, Any]], Mapping[str, Any] | None],
    *,
    setting: str,
) -> int:
    """Write a file anew with some of its lines changed, whole or not at all; by one process.

    Args:
        path: of the file; where it is not there, nothing is done.
        changed: a line as it is to be; None leaves it as it is.
        setting: names a place for the file, for the message.

    Returns:
        How many lines were changed; where none was, the file is left alone.

    Raises:
        PermanentError: it cannot be read or written.
    """
    try:
        raw = _raw(path)
        fresh = {
            place: json.dumps(another, ensure_ascii=False).encode()
            for place, line in enumerate(raw)
            if line.strip()
            and (said := _said(path, line)) is not None
            and (another := changed(said)) is not None
        }
        if fresh:
            _put(path, [fresh.get(place, line) for place, line in enumerate(raw)])
    except OSError as error:
        raise _unusable(path, "written", setting, error) from error
    return len(fresh)


def _put(path: Path, lines: Iterable[bytes]) -> None:
    # Of a name of its own: two may do it at once.
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            _hand_over(file, path.parent)
            file.writelines(line + b"\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _stands_at(path: Path, line: bytes, name: str) -> dt.datetime:
    """Where in a file a line stands: one that does not say when, first of all."""
    return _moment((_said(path, line) or {}).get(name)) or bounds.FIRST


def _moment(said: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _said(path: Path, line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    log.warning("journal_line_unreadable", journal=path.name, bytes=len(line))
    return None


def _hand_over(file: BinaryIO, folder: Path) -> None:
    """Let a file that root has made be its folder's: the workers of another account go on in it."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(file.fileno(), owner.st_uid, owner.st_gid)


def _breaks_off(file: BinaryIO) -> bool:
    size = os.fstat(file.fileno()).st_size
    return size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"


def _raw(path: Path) -> list[bytes]:
    try:
        with _opened(path) as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def _opened(path: Path, how: int = os.O_RDONLY) -> BinaryIO:
    """Open a file: through a link, but not by root; in another's folder only the folder's own.

    Raises:
        OSError: it cannot be opened, or it is a link, of two names, no file, or somebody else's.
    """
    owner = path.parent.stat().st_uid
    is_root = os.geteuid() == 0
    is_of_another = is_root and owner != 0
    # A pipe that nobody reads would hold us for ever.
    careful = os.O_NOFOLLOW | os.O_NONBLOCK if is_root else 0
    number = os.open(path, how | careful, 0o600)
    file = os.fdopen(number, "ab" if how & os.O_APPEND else "rb")
    found = os.fstat(number)
    is_plain = stat.S_ISREG(found.st_mode) and found.st_nlink == 1
    if is_of_another and not (is_plain and found.st_uid in {0, owner}):
        file.close()
        raise OSError(errno.EPERM, "it is a link, or somebody else's file")
    return file


def _unusable(path: Path, what: str, setting: str, error: OSError) -> PermanentError:
    return PermanentError(
        f"The journal {path} cannot be {what} ({error.strerror}); name a place for it by {setting}."
    )
