"""/docs: the documents and the API's reference as pages, and the same as files.

    python -m syndicate.web.manual FOLDER

They are the program's own and the same for everybody, so nobody has to sign in; search engines are
told to leave them alone, because they stand under a publication's host.
"""

import mimetypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from syndicate import phrases
from syndicate.errors import UsageError
from syndicate.render.manual import pages, shelf
from syndicate.render.manual.pages import Places
from syndicate.render.manual.reference import Reference, read
from syndicate.web import static
from syndicate.web.api.access import Needs
from syndicate.web.headers import content_policy

_PATH = "/docs"
_SHEETS = ("site.css", "manual.css", "mark.svg")
_HEADERS = {"Cache-Control": "public, max-age=300", "X-Robots-Tag": "noindex"}
_SERVED = Places(
    page=lambda address: f"{_PATH}/{address}".rstrip("/"),
    picture=lambda name: f"{_PATH}/pictures/{name}",
    static=static.url,
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def first() -> Response:
    """The first page."""
    return _answer(_document(""))


@router.get("/docs/pictures/{name}")
def picture(name: str) -> Response:
    """A picture of a document."""
    found = shelf.pictures().get(name)
    if found is None:
        raise HTTPException(404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(found.read_bytes(), media_type=kind, headers=_HEADERS)


@router.get("/docs/reference")
def api_reference(request: Request) -> Response:
    """The API's reference."""
    return _answer(pages.reference(reference_of(request.app), _SERVED))


@router.get("/docs/{address:path}")
def page(address: str) -> Response:
    """A document."""
    if address not in shelf.documents():
        raise HTTPException(404, "There is no such page of the documents; /docs lists them.")
    return _answer(_document(address))


def reference_of(app: FastAPI) -> Reference:
    """The reference of an application's API, with what was tried of it."""
    return read(app.openapi(), _permissions(app), shelf.examples())


def write_files(app: FastAPI, folder: Path) -> int:
    """Write every page as a file, with its style sheets and pictures; how many pages.

    Args:
        app: whose API the reference is of.
        folder: it is made where it is not there; what has the same name in it is written anew.
    """
    for address in pages.addresses():
        places = _places_of(address)
        is_reference = address == shelf.REFERENCE
        html = (
            pages.reference(reference_of(app), places)
            if is_reference
            else pages.document(address, places)
        )
        path = folder / _file_of(address)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html, encoding="utf-8")
    for name in _SHEETS:
        (folder / name).write_bytes(static.content(name))
    (folder / "pictures").mkdir(exist_ok=True)
    for name, source in shelf.pictures().items():
        (folder / "pictures" / name).write_bytes(source.read_bytes())
    return len(pages.addresses())


@cache
def _document(address: str) -> str:
    return pages.document(address, _SERVED)


def _answer(html: str) -> Response:
    response = HTMLResponse(html, headers=_HEADERS)
    response.headers["Content-Security-Policy"] = content_policy()
    return response


def _file_of(address: str) -> str:
    return f"{address or 'index'}.html"


def _places_of(address: str) -> Places:
    """Where things are, seen from a page that is a file."""
    up = "../" * address.count("/")
    return Places(
        page=lambda other: f"{up}{_file_of(other)}",
        picture=lambda name: f"{up}pictures/{name}",
        static=lambda name: f"{up}{name}",
    )


def _permissions(app: FastAPI) -> dict[str, str]:
    """The permission that each operation of the API needs, by method and path."""
    found: dict[str, str] = {}
    for route in _routes(app):
        for need in route.dependant.dependencies:
            if isinstance(need.call, Needs):
                keys = [f"{method} {route.path}" for method in route.methods or ()]
                found |= dict.fromkeys(keys, need.call.permission.value)
    return found


def _routes(holder: Any) -> list[APIRoute]:
    """Every route, also of routers that stand inside."""
    found: list[APIRoute] = []
    for each in holder.routes:
        found += [each] if isinstance(each, APIRoute) else []
        inner = getattr(each, "original_router", None)
        found += _routes(inner) if inner is not None else []
    return found


def main(arguments: list[str]) -> None:
    """Write the files into the folder that is named.

    Raises:
        UsageError: none is.
    """
    if len(arguments) != 1:
        raise UsageError("Name the folder to write to: python -m syndicate.web.manual FOLDER.")
    from syndicate.web.app import build  # noqa: PLC0415 - it includes this module

    folder = Path(arguments[0])
    written = write_files(build(), folder)
    sys.stdout.write(
        f"{phrases.counted(written, 'page')} in {os.fspath(folder)}; open index.html there.\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
