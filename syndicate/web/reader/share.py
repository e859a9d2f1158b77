"""/articles/<id>/<slug>/share: an article's address, and plain links that pass it on."""

from fastapi import APIRouter, Request, Response

from syndicate.actions import share
from syndicate.web.pages import render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}/{slug}/share")
def share_page(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The ways to share, none of which loads anything."""
    shown = article_lookup.find(request, article_id)
    return render(
        shown.site,
        "reader/share.html",
        **shown.context(),
        address=shown.canonical,
        links=share.links(shown.canonical, shown.reading.story.headline),
    )
