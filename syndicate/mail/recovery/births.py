"""When a file was created, which no copying tool can set: a copy is younger than its content.

Python tells it on Linux from 3.15 on; so the C library is asked. Where neither it nor the file
system knows, nobody does.

Source: statx(2), https://man7.org/linux/man-pages/man2/statx.2.html.
"""

import ctypes
import datetime as dt
import os
import struct

_EMPTY_PATH = 0x1000  # AT_EMPTY_PATH: of the descriptor itself
_BIRTH = 0x800  # STATX_BTIME
_SIZE = 256  # of struct statx
_BIRTH_AT = 80  # offset of stx_btime: seconds, nanoseconds


def born_at(descriptor: int) -> dt.datetime | None:
    """When an open file was made, aware UTC; None where nobody knows."""
    status = os.fstat(descriptor)
    seconds: float | None = getattr(status, "st_birthtime", None) or _asked(descriptor)
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC) if seconds else None


def _asked(descriptor: int) -> float | None:
    try:
        statx = ctypes.CDLL(None, use_errno=True).statx
    except (AttributeError, OSError):  # a C library that has none
        return None
    found = ctypes.create_string_buffer(_SIZE)
    if statx(descriptor, b"", _EMPTY_PATH, _BIRTH, found):
        return None
    (known,) = struct.unpack_from("=I", found)
    seconds, nanoseconds = struct.unpack_from("=qI", found, _BIRTH_AT)
    return float(seconds + nanoseconds / 1e9) if known & _BIRTH else None
