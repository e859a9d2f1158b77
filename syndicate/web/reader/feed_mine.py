"""/feeds/mine/{token}.{format}: a reader's own feed, for their app alone.

The token is its key. It is kept by no cache, indexed by nobody, and the request log knows the route
and not the path.
"""

import hashlib

from fastapi import APIRouter, HTTPException, Request, Response

from syndicate import clock
from syndicate.feeds import private
from syndicate.vocabulary.feeds import FeedFormat
from syndicate.web import conditional

router = APIRouter(include_in_schema=False)

_HEADERS = {
    "Cache-Control": "private, max-age=300",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Vary": "Accept-Encoding",
}


@router.api_route("/feeds/mine/{name}", methods=["GET", "HEAD"])
def own_feed(request: Request, name: str) -> Response:
    """The feed that a token opens, or 404: a revoked token and a wrong one look the same."""
    token, _, ending = name.rpartition(".")
    form = FeedFormat.ending(ending)
    made = private.make(token, form, clock.now()) if form and token else None
    if made is None or form is None:
        raise HTTPException(404, "There is no such feed; the preferences page has yours.")
    tag = hashlib.sha256(made.body).hexdigest()
    headers = {**_HEADERS, "ETag": f'"{tag}"'}
    known = conditional.matching_tag(request.headers.get("if-none-match", ""), frozenset({tag}))
    if known is not None:
        return Response(status_code=304, headers=headers)
    media_type = f"{form.media_type}; charset=utf-8"
    return Response(made.body, media_type=media_type, headers=headers)
