"""Files of readers that come packed: in a ZIP archive, or in gzip.

What comes out is counted while it comes out, for a few bytes may stand for gigabytes. Mailchimp
gives out one archive with a file of its readers, and one each of who unsubscribed, never subscribed
or was cleaned. Which is which their names say; two files of readers are not guessed at. A README or
the like beside them is passed over, and named; what may hold readers and is not read stops it all.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syndicate.errors import UsageError
from syndicate.subscribers import foreign
from syndicate.subscribers.status_cells import is_name_of_leavers, quoted

MOST_BYTES = 256 * 1024 * 1024  # some three million readers
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_HIDDEN, _HIDDEN_FILES = ("__MACOSX/", "."), ("thumbs.db", "desktop.ini")
_SHOWN = 5
_MOST_BESIDE_BYTES = 1024 * 1024  # of a README and the like
_LOCKED, _AES = 1, 99  # bit 0 of the flags, and a method: APPNOTE 4.4.4, 4.4.5
_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_OR_SAVE = "unpack it, or save it as CSV in UTF-8."


@dataclass(frozen=True)
class Opened:
    """What a file holds.

    Attributes:
        content: of the file of readers: the file itself, where it is not packed.
        left: content of those beside it whose names say that those in them have left.
        passed: names of others beside it that hold no readers.
    """

    content: bytes
    left: Mapping[str, bytes]
    passed: Sequence[str] = ()


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
            one, others, passed = _told_apart(archive)
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
            f"The file is a ZIP archive of a kind that is not read here ({error}); {_OR_SAVE}"
        ) from error
    return Opened(content, left, passed)


def _read(archive: zipfile.ZipFile, one: zipfile.ZipInfo, most: int) -> bytes:
    _refuse_unread(one)
    with archive.open(one) as file:
        found = file.read(most + 1)
    _refuse_too_long(found, most)
    return found


def _refuse_unread(one: zipfile.ZipInfo) -> None:
    name = f"{quoted(_name_of(one))} in the ZIP archive"
    if one.flag_bits & _LOCKED or one.compress_type == _AES:
        raise UsageError(f"{name} is locked with a password; {_OR_SAVE}")
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        method = _METHODS.get(one.compress_type, f"method {one.compress_type}")
        raise UsageError(f"{name} is packed with {method}, which is not read here; {_OR_SAVE}")


def _told_apart(
    archive: zipfile.ZipFile,
) -> tuple[zipfile.ZipInfo, list[zipfile.ZipInfo], list[str]]:
    """The only file of readers of an archive, those of who has left, and names of what is neither.

    What computers put beside them is not even named.
    """
    every = [each for each in archive.infolist() if not each.is_dir()]
    foreign.refuse_document([each.filename for each in every])
    own = [each for each in every if not _is_hidden(each.filename)]
    for each in own:
        if why := foreign.not_read(each.filename):
            raise UsageError(
                f"{quoted(_name_of(each))} in the ZIP archive {why}, or remove it from the "
                "archive. Nothing was imported."
            )
    left = [each for each in own if is_name_of_leavers(_name_of(each))]
    others = [each for each in own if each not in left]
    beside = [each for each in others if _is_companion(archive, each)] if len(own) > 1 else []
    return _only(others, beside, left), left, [_name_of(each) for each in beside]


def _is_companion(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bool:
    """Whether a file is a README or the like.

    Raises:
        UsageError: it is none, by its addresses, and nothing that is read either.
    """
    if not foreign.is_companion(one.filename):
        return False
    is_short = one.file_size <= _MOST_BESIDE_BYTES
    if is_short and not foreign.holds_a_list(_read(archive, one, _MOST_BESIDE_BYTES)):
        return True
    raise UsageError(
        f"{quoted(_name_of(one))} in the ZIP archive is not CSV and possibly says who has left: "
        f"it {'contains addresses' if is_short else 'is too long for a note'}. Save it as CSV in "
        "UTF-8, or remove it from the archive. Nothing was imported."
    )


def _only(
    others: Sequence[zipfile.ZipInfo],
    beside: Sequence[zipfile.ZipInfo],
    left: Sequence[zipfile.ZipInfo],
) -> zipfile.ZipInfo:
    """The file of readers, of which there must be one."""
    readers = [each for each in others if each not in beside]
    if not others and not left:
        raise UsageError("The ZIP archive holds no file; choose another.")
    if not readers and not left:
        names = ", ".join(quoted(_name_of(each)) for each in beside[:_SHOWN])
        raise UsageError(f"The ZIP archive holds no file of readers, only {names}; choose another.")
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
    return readers[0]


def _name_of(one: zipfile.ZipInfo) -> str:
    return one.filename.rpartition("/")[2]


def _is_hidden(name: str) -> bool:
    own = name.rpartition("/")[2]
    is_of_system = own.lower() in _HIDDEN_FILES
    return name.startswith(_HIDDEN[0]) or own.startswith(_HIDDEN[1]) or is_of_system


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
