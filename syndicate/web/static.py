"""Style sheets, scripts and marks, served under names that carry a hash of their content.

A changed file has a new name, so browsers may keep the old one for ever and never ask.
"""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache

from fastapi import APIRouter, HTTPException, Response

from syndicate.render.environment import template_folders

FOREVER = "public, max-age=31536000, immutable"
_HASH_LENGTH = 12

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class File:
    """One file as it is served."""

    content: bytes
    media_type: str


@cache
def files() -> dict[str, File]:
    """Every file by the name it is served under."""
    found: dict[str, File] = {}
    for folder in reversed(template_folders()):
        for path in sorted((folder / "static").glob("*.*")):
            content = path.read_bytes()
            media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[_hashed(path.name, content)] = File(content, media_type)
    return found


@cache
def url(name: str) -> str:
    """The address of a file, by its name in templates/static.

    Raises:
        LookupError: there is no such file.
    """
    stem, _, ending = name.rpartition(".")
    for hashed in files():
        is_it = hashed.startswith(f"{stem}.") and hashed.endswith(f".{ending}")
        if is_it and len(hashed) == len(name) + _HASH_LENGTH + 1:
            return f"/static/{hashed}"
    raise LookupError(f"templates/static has no {name}")


def content(name: str) -> bytes:
    """A file's bytes, by its name in templates/static."""
    return files()[url(name).removeprefix("/static/")].content


@router.get("/static/{name}")
def serve(name: str) -> Response:
    """One file, to be kept for ever."""
    file = files().get(name)
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.media_type, headers={"Cache-Control": FOREVER})


def _hashed(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]}.{ending}"
