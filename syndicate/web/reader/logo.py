"""/logos/<digest>: publications' logos, under names that say what is in them.

Another logo has another name, so browsers and mail programs may keep one for ever.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from syndicate.errors import NotFoundError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import logos
from syndicate.web.static import FOREVER

router = APIRouter(include_in_schema=False)


@router.get("/logos/{digest}")
def logo(digest: Annotated[str, Path(max_length=64)]) -> Response:
    """One logo, to be kept for ever."""
    with transaction() as tx:
        found = logos.body_of(tx, digest)
    if found is None:
        raise NotFoundError("There is no such picture here.", digest=digest)
    media_type, body = found
    return Response(body, media_type=media_type, headers={"Cache-Control": FOREVER})
