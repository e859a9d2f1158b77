"""/console/held: articles whose embargo nobody can read, and what a person decides about each."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Response

from syndicate import clock
from syndicate.articles import editing
from syndicate.errors import NotFoundError, UsageError
from syndicate.store.content import articles
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.web.console import pages
from syndicate.web.console.access import Needs
from syndicate.web.moments import Moment

_SHOWN = 200
router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Needs(Permission.READ))]
Editor = Annotated[Actor, Depends(Needs(Permission.ARTICLES))]
ArticleId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/held")
def every(actor: Reader) -> Response:
    """Every article that waits for a decision, newest first."""
    with transaction() as tx:
        found = embargoes.held(tx, limit=_SHOWN)
        names = {each.id: each.name for each in publications.all_publications(tx)}
    return pages.render(actor, "held.html", tab="home", found=found, publications=names)


@router.post("/console/held/{article_id}")
def decide(
    actor: Editor,
    article_id: ArticleId,
    until: Annotated[Moment | None, Form()] = None,
    lift: Annotated[Literal["yes"] | None, Form()] = None,
) -> Response:
    """Hold an article back until a moment, or let it out at once.

    A form that says neither changes nothing: an empty field must not publish an article.
    """
    if (until is None) is (lift is None):
        raise UsageError("Say until when the article is held back, or that it is to be let out.")
    now = clock.now()
    with transaction() as tx:
        found = articles.find(tx, article_id)
        if found is None:
            raise NotFoundError(f"There is no article {article_id}.", article_id=article_id)
        if editing.embargo(tx, found, until, now=now):
            subject = f"article:{article_id}"
            audit.record(tx, at=now, actor=actor.name, action="article.embargo", subject=subject)
    return pages.see_other("/console/held")
