"""A picture that an operator brings: looked at before it is kept, and small enough for mails.

Only PNG, JPEG, GIF and WebP are taken: mail programs show them, and none of them can hold a script,
as SVG can. The bytes are kept as they came; they are served with the type that was found in them.
"""

import base64
import binascii
import hashlib
import io
import re
import warnings
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from syndicate.errors import UsageError

MOST_BYTES = 256 * 1024  # a logo stands in every mail and on every page
MOST_SIDE = 2_000  # pixels
_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_DATA = re.compile(r"data:[a-z0-9.+/-]{0,80};base64,", re.IGNORECASE)
_BROKEN = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
    Warning,
    EOFError,
)
_NONE = "This is not a picture that mail programs show; choose a PNG, JPEG, GIF or WebP."


@dataclass(frozen=True)
class PictureFile:
    """A picture that was looked at.

    Attributes:
        media_type: as found in it.
        width, height: pixels.
        digest: SHA-256 of its bytes, in hexadecimal; two pictures with the same one are the same.
        body: its bytes; empty where only what is known of it was read.
    """

    media_type: str = field(compare=False)
    width: int = field(compare=False)
    height: int = field(compare=False)
    digest: str
    body: bytes = field(default=b"", compare=False, repr=False)

    def __str__(self) -> str:
        kind = self.media_type.partition("/")[2].upper()
        return f"{kind}, {self.width} by {self.height}, {self.digest[:12]}"


def read(body: bytes) -> PictureFile:
    """Look at a picture.

    Raises:
        UsageError: it is none, or too large.
    """
    if len(body) > MOST_BYTES:
        raise UsageError(f"The picture is larger than {MOST_BYTES // 1024} KiB; make it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=list(_TYPES)) as image:
                width, height = image.size
                if max(width, height) <= MOST_SIDE:
                    image.load()
                media_type = _TYPES[str(image.format)]
    except _BROKEN as error:
        raise UsageError(_NONE) from error
    if max(width, height) > MOST_SIDE:
        raise UsageError(
            f"The picture is {width} by {height} pixels; make it {MOST_SIDE:,} at most each way."
        )
    return PictureFile(media_type, width, height, hashlib.sha256(body).hexdigest(), body)


def of_data_address(text: str) -> bytes:
    """The bytes of a `data:` address, as JSON can carry a picture.

    Raises:
        UsageError: it is none.
    """
    found = _DATA.match(text)
    if found is None:
        raise UsageError("Give the picture as data:image/png;base64, followed by its bytes.")
    try:
        return base64.b64decode(text[found.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(_NONE) from error
