"""/articles/<id>/<slug>: one article with what a reader can do with it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from syndicate.store.ground.session import transaction
from syndicate.store.views import reader_pages
from syndicate.web.pages import PageAnswer, render
from syndicate.web.reader import article_lookup

router = APIRouter(include_in_schema=False)
ArticleId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/articles/{article_id}")
@router.get("/articles/{article_id}/{slug}")
def article(request: Request, article_id: ArticleId, slug: str = "") -> Response:
    """The article; an address with an old slug leads to the present one."""
    shown = article_lookup.find(request, article_id)
    if slug != shown.reading.story.slug:
        # Kept by nobody: a slug that changes and changes back would lead in a circle.
        return RedirectResponse(shown.own_path, 301, {"Cache-Control": "no-store"})
    with transaction() as tx:
        newsletters = reader_pages.public_newsletters(tx, shown.site.publication)
    found = shown.reading
    in_text = set(article_lookup.in_text(found.words.body_html))
    return render(
        shown.site,
        "reader/article.html",
        PageAnswer(media=article_lookup.media(found)),
        **shown.context(),
        body_html=found.words.body_html,
        pictures=[picture for picture in found.pictures if picture.url not in in_text],
        tags=found.tags,
        corrections=found.corrections,
        newsletters=newsletters,
        elsewhere=shown.elsewhere,
    )
