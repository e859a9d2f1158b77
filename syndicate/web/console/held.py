"""/console/held: articles whose embargo nobody can read, and what a person decides about each."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Response

from syndicate import clock
from syndicate.articles import editing
from syndicate.errors import UsageError
from syndicate.store.editing import embargoes
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Permission
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEdit, CanRead
from syndicate.web.console.done import Done
from syndicate.web.moments import Moment

_SHOWN = 200
router = APIRouter(include_in_schema=False)
ArticleId = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/console/held")
def every(actor: CanRead) -> Response:
    """Every article that waits for a decision, newest first."""
    with transaction() as tx:
        found = [
            each
            for each in embargoes.held(tx, limit=_SHOWN)
            if actor.may(Permission.READ, publication_id=each.publication_id)
        ]
        names = {each.id: each.name for each in publications.all_publications(tx)}
    return pages.render(actor, "held.html", tab="home", found=found, publications=names)


@router.post("/console/held/{article_id}")
def decide(
    actor: CanEdit,
    article_id: ArticleId,
    until: Annotated[Moment | None, Form()] = None,
    lift: Annotated[Literal["yes"] | None, Form()] = None,
) -> Response:
    """Hold an article back until a moment, or let it out at once.

    A form that says neither changes nothing: an empty field must not publish an article.
    """
    if (until is None) is (lift is None):
        raise UsageError("Give the time until which to hold the article, or publish it now.")
    with transaction() as tx:
        editing.embargo(tx, article_id, until, actor=actor, now=clock.now())
    return pages.see_other("/console/held", Done.DECIDED)
