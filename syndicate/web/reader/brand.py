"""/logos/<digest> and /colours/<light>-<dark>.css: how publications look.

Each name says what is in it: another logo or colour has another name, so browsers and mail programs
may keep one for ever. Mails show a logo wherever they are read: in a browser, on pages of other
sites.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos
from syndicate.web.headers import FOR_ANY_SITE
from syndicate.web.static import FOREVER

router = APIRouter(include_in_schema=False)
_OURS = "none"
Colour = Annotated[str, Path(pattern=r"^(?:[0-9a-f]{6}|none)$")]


@router.get("/logos/{digest}")
def logo(digest: Annotated[str, Path(max_length=64)]) -> Response:
    """One logo, to be kept for ever."""
    with transaction() as tx:
        found = logos.body_of(tx, digest)
    if found is None:
        raise NotFoundError("There is no such picture here.", digest=digest)
    media_type, body = found
    kept = {"Cache-Control": FOREVER}
    return Response(body, media_type=media_type, headers=kept | FOR_ANY_SITE)


@router.get("/colours/{light}-{dark}.css")
def colours(light: Colour, dark: Colour) -> Response:
    """A sheet that gives pages a publication's colours; `none` leaves ours."""
    rules = [
        f":root{{--accent:#{light};--button:#{light}}}" if light != _OURS else "",
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{_on_dark(dark)}}}}}",
    ]
    return Response("".join(rules), media_type="text/css", headers={"Cache-Control": FOREVER})


def _on_dark(dark: str) -> str:
    """What is said on a dark screen: its own colour there, else the one of plain text."""
    return "var(--ink)" if dark == _OURS else f"#{dark}"
