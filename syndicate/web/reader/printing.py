"""/articles/<id>/<slug>/print: an article for paper."""

from fastapi import APIRouter, Request, Response

from syndicate.actions import printing
from syndicate.web.pages import PageAnswer, render
from syndicate.web.reader import article_lookup
from syndicate.web.reader.article import ArticleId

router = APIRouter(include_in_schema=False)


@router.get("/articles/{article_id}/{slug}/print")
def print_page(request: Request, article_id: ArticleId, slug: str) -> Response:  # noqa: ARG001
    """The article alone, with the addresses of its links in notes."""
    shown = article_lookup.find(request, article_id)
    printed = printing.for_paper(shown.reading.words.body_html)
    return render(
        shown.site,
        "reader/print.html",
        PageAnswer(media=article_lookup.media(shown.reading)),
        **shown.context(),
        body_html=printed.body_html,
        addresses=printed.addresses,
        pictures=shown.reading.pictures,
    )
