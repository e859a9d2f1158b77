"""Files of readers that come packed: the one file of a ZIP archive, or what gzip holds.

What comes out is counted while it comes out, for a few bytes may stand for gigabytes. An archive of
several files is not guessed at: among those of its readers are those of who has left.
"""

import io
import zipfile
import zlib

from syndicate.errors import UsageError
from syndicate.subscribers.status_cells import is_name_of_leavers, quoted

MOST_BYTES = 256 * 1024 * 1024  # some three million readers
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_WORKBOOK = "[Content_Types].xml"  # in every Office file: ECMA-376 part 2
_HIDDEN = ("__MACOSX/", ".")
_SHOWN = 5
_OR_SAVE = "unpack it, or save it as CSV in UTF-8."


def unpacked(raw: bytes) -> bytes:
    """What a file holds: itself, where it is not packed.

    Raises:
        UsageError: it is broken, locked, far too long, a workbook, holds several files, or the
            name of the one that it holds says that those in it have left.
    """
    if raw.startswith(_ZIP):
        return _of_archive(raw)
    if raw.startswith(_GZIP):
        return _of_gzip(raw)
    return raw


def _of_archive(raw: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            one = _the_one(archive)
            with archive.open(one) as file:
                found = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise UsageError(
            f"The file is a ZIP archive or an Excel workbook that is broken; {_OR_SAVE}"
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise UsageError(
            f"The file is a ZIP archive that is locked, or packed in a way of its own; {_OR_SAVE}"
        ) from error
    _refuse_too_long(found)
    return found


def _the_one(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The only file of an archive, but for what computers put beside it."""
    every = [each for each in archive.infolist() if not each.is_dir()]
    if any(each.filename == _WORKBOOK for each in every):
        raise UsageError("The file is an Excel workbook; save it as CSV in UTF-8.")
    own = [each for each in every if not _is_hidden(each.filename)]
    if not own:
        raise UsageError("The ZIP archive holds no file; choose another.")
    if len(own) > 1:
        names = ", ".join(quoted(each.filename) for each in own[:_SHOWN])
        more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
        raise UsageError(
            f"The ZIP archive holds several files: {names}{more}. Unpack it and import the one "
            "with your readers; nothing was imported."
        )
    name = own[0].filename.rpartition("/")[2]
    if is_name_of_leavers(name):
        raise UsageError(
            f"The file in the ZIP archive, {quoted(name)}, says by its name that those in it have "
            "left; nothing was imported. If they are readers after all, give it another name."
        )
    if own[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(own[0].compress_type)
    return own[0]


def _is_hidden(name: str) -> bool:
    return name.startswith(_HIDDEN[0]) or name.rpartition("/")[2].startswith(_HIDDEN[1])


def _of_gzip(raw: bytes) -> bytes:
    try:
        found = _inflated(raw)
    except zlib.error as error:
        raise UsageError(f"The file is packed with gzip and broken; {_OR_SAVE}") from error
    _refuse_too_long(found)
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


def _refuse_too_long(found: bytes) -> None:
    if len(found) > MOST_BYTES:
        raise UsageError(
            f"The packed file holds more than {MOST_BYTES // 1024 // 1024} MB; import it in parts."
        )
