"""Files of readers that come packed: in a ZIP archive, or in gzip.

What comes out is counted while it comes out, for a few bytes may stand for gigabytes. Mailchimp
gives out one archive with a file of its readers, and one each of who unsubscribed, never subscribed
or was cleaned. Which is which their names say; two files of readers are not guessed at.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.errors import UsageError
from syndicate.subscribers.status_cells import is_name_of_leavers, quoted

MOST_BYTES = 256 * 1024 * 1024  # some three million readers
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_WORKBOOK = "[Content_Types].xml"  # in every Office file: ECMA-376 part 2
_HIDDEN = ("__MACOSX/", ".")
_SHOWN = 5
_OR_SAVE = "unpack it, or save it as CSV in UTF-8."


@dataclass(frozen=True)
class Opened:
    """What a file holds.

    Attributes:
        content: of the file of readers: the file itself, where it is not packed.
        left: content of those beside it whose names say that those in them have left.
    """

    content: bytes
    left: Mapping[str, bytes]


def opened(raw: bytes) -> Opened:
    """What is in a file: in a ZIP archive, in gzip, or as it stands.

    Raises:
        UsageError: it is broken, locked, far too long, a workbook, holds several files of readers,
            or none but those of who has left.
    """
    if raw.startswith(_ZIP):
        return _of_archive(raw)
    return Opened(_of_gzip(raw) if raw.startswith(_GZIP) else raw, {})


def _of_archive(raw: bytes) -> Opened:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            one, others = _told_apart(archive)
            left = dict[str, bytes]()
            content = _read(archive, one, MOST_BYTES)
            for each in others:
                most = MOST_BYTES - len(content) - sum(map(len, left.values()))
                left[_name_of(each)] = _read(archive, each, most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UsageError(
            f"The file is a ZIP archive or an Excel workbook that is broken; {_OR_SAVE}"
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise UsageError(
            f"The file is a ZIP archive that is locked, or packed in a way of its own; {_OR_SAVE}"
        ) from error
    return Opened(content, left)


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, most: int) -> bytes:
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(one.compress_type)
    with archive.open(one) as file:
        found = file.read(most + 1)
    _refuse_too_long(found, most)
    return found


def _told_apart(archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, list[zipfile.ZipInfo]]:
    """The only file of readers of an archive, and those of who has left.

    What computers put beside them is neither.
    """
    every = [each for each in archive.infolist() if not each.is_dir()]
    if any(each.filename == _WORKBOOK for each in every):
        raise UsageError("The file is an Excel workbook; save it as CSV in UTF-8.")
    own = [each for each in every if not _is_hidden(each.filename)]
    left = [each for each in own if is_name_of_leavers(_name_of(each))]
    readers = [each for each in own if each not in left]
    if not own:
        raise UsageError("The ZIP archive holds no file; choose another.")
    if not readers:
        raise UsageError(
            f"The file in the ZIP archive, {quoted(_name_of(left[0]))}, says by its name that "
            "those in it have left; nothing was imported. If they are readers after all, give it "
            "another name."
        )
    if len(readers) > 1:
        names = ", ".join(quoted(each.filename) for each in readers[:_SHOWN])
        more = f" and {len(readers) - _SHOWN} more" if len(readers) > _SHOWN else ""
        raise UsageError(
            f"The ZIP archive holds several files of readers: {names}{more}. Unpack it and import "
            "them one by one; nothing was imported."
        )
    return readers[0], left


def _name_of(one: zipfile.ZipInfo) -> str:
    return one.filename.rpartition("/")[2]


def _is_hidden(name: str) -> bool:
    return name.startswith(_HIDDEN[0]) or name.rpartition("/")[2].startswith(_HIDDEN[1])


def _of_gzip(raw: bytes) -> bytes:
    try:
        found = _inflated(raw)
    except zlib.error as error:
        raise UsageError(f"The file is packed with gzip and broken; {_OR_SAVE}") from error
    _refuse_too_long(found, MOST_BYTES)
    return found


def _inflated(raw: bytes) -> bytes:
    """What a gzip file of one member holds; RFC 1952 2.2.

    Raises:
        zlib.error: it is not whole, or something follows.
    """
    state = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    found = state.decompress(raw, MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        return found
    if not state.eof or state.unused_data.strip(b"\0"):
        raise zlib.error("it ends too early, or another file follows")
    return found


def _refuse_too_long(found: bytes, most: int) -> None:
    if len(found) > most:
        raise UsageError(
            f"The packed file holds more than {MOST_BYTES // 1024 // 1024} MB; import it in parts."
        )
