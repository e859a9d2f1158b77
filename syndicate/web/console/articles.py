"""/console/articles: what was collected, newest first, and what an editor says of one article."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Response

from syndicate import clock
from syndicate.articles import editing, featuring, splitting
from syndicate.errors import RefusedError, UsageError
from syndicate.newsroom.verbs import allow
from syndicate.store.content import articles, featured, pictures
from syndicate.store.editing import splitting as carrying
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.articles import ArticleState
from syndicate.web.console import pages
from syndicate.web.console.actors import CanEdit, CanRead
from syndicate.web.console.done import Done
from syndicate.web.errors import status_of
from syndicate.web.moments import Moment
from syndicate.web.storable import Text

_ON_A_PAGE = 40
_NOBODY_TYPED: Mapping[str, str] = {}
router = APIRouter(include_in_schema=False)
ArticleId = Annotated[int, Path(ge=1, le=2**62)]
Typed = Annotated[Text, Form()]


@router.get("/console/articles")
def every(
    actor: CanRead,
    *,
    state: ArticleState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """Articles of every publication, whatever their state; older ones a page on."""
    with transaction() as tx:
        found = articles.listed(
            tx,
            state=state,
            before_id=before,
            limit=_ON_A_PAGE + 1,
            publication_ids=actor.publications(Permission.READ),
        )
        names = {each.id: each.name for each in publications.all_publications(tx)}
    return pages.render(
        actor,
        "articles.html",
        tab="articles",
        found=found[:_ON_A_PAGE],
        older=found[_ON_A_PAGE - 1].id if len(found) > _ON_A_PAGE else None,
        publications=names,
        states=list(ArticleState),
        chosen=state,
    )


@router.get("/console/articles/{article_id}")
def article(actor: CanRead, article_id: ArticleId) -> Response:
    """One article with its revisions, and everything that an editor can do with it."""
    return _page(actor, article_id)


@router.post("/console/articles/{article_id}/correct")
def correct(
    actor: CanEdit,
    article_id: ArticleId,
    *,
    note: Typed = "",
    headline: Typed = "",
    standfirst: Typed = "",
    body_html: Typed = "",
) -> Response:
    """Publish a correction; a field left as it was, or left empty, keeps its words."""
    typed = {
        "note": note,
        "headline": headline,
        "standfirst": standfirst,
        "body_html": body_html.replace("\r\n", "\n"),
    }
    with transaction() as tx:
        known = editing.find(tx, article_id)
    given = {
        name: typed[name]
        for name in ("headline", "standfirst", "body_html")
        if typed[name] and typed[name] != getattr(known, name)
    }
    try:
        wording = editing.Wording(
            given.get("headline"), given.get("standfirst"), given.get("body_html")
        )
        with transaction() as tx:
            editing.correct(tx, article_id, wording, note=note, actor=actor, now=clock.now())
    except (UsageError, RefusedError) as error:
        return _page(actor, article_id, problem=error, at="correct", typed=typed)
    return _back(article_id, Done.CORRECTED)


@router.post("/console/articles/{article_id}/feature")
def feature(
    actor: CanEdit,
    article_id: ArticleId,
    *,
    teaser: Typed = "",
    until: Annotated[Moment | None, Form()] = None,
) -> Response:
    """Put it first in its publication's featured list."""
    try:
        with transaction() as tx:
            featuring.feature(
                tx, article_id, teaser=teaser, until=until, actor=actor, now=clock.now()
            )
    except (UsageError, RefusedError) as error:
        typed = {"teaser": teaser, "until": until.isoformat() if until else ""}
        return _page(actor, article_id, problem=error, at="feature", typed=typed)
    return _back(article_id, Done.FEATURED)


@router.post("/console/articles/{article_id}/unfeature")
def unfeature(actor: CanEdit, article_id: ArticleId) -> Response:
    """Take it out of its publication's featured list."""
    with transaction() as tx:
        featuring.unfeature(tx, article_id, actor=actor, now=clock.now())
    return _back(article_id, Done.UNFEATURED)


@router.post("/console/articles/{article_id}/alert")
def alert(actor: CanEdit, article_id: ArticleId) -> Response:
    """Send it immediately to the readers of alerts."""
    with transaction() as tx:
        editing.alert(tx, article_id, actor=actor, now=clock.now())
    return _back(article_id, Done.ALERTED)


@router.post("/console/articles/{article_id}/split")
def split(
    actor: CanEdit,
    article_id: ArticleId,
    source: Annotated[int, Form(ge=1, le=2**62)],
    entry: Annotated[int | None, Form(ge=1, le=2**62)] = None,
) -> Response:
    """Undo a merge; what the source brings is an article of its own, which is shown."""
    with transaction() as tx:
        made = splitting.split(tx, article_id, source, entry=entry, actor=actor, now=clock.now())
    return _back(made, Done.SPLIT)


@router.post("/console/articles/{article_id}/kill")
def kill(actor: CanEdit, article_id: ArticleId, note: Typed = "") -> Response:
    """Withdraw it; its text is kept and no longer shown."""
    try:
        with transaction() as tx:
            editing.kill(tx, article_id, note=note, actor=actor, now=clock.now())
    except UsageError as error:
        return _page(actor, article_id, problem=error, at="kill", typed={"kill_note": note})
    return _back(article_id, Done.KILLED)


@router.post("/console/articles/{article_id}/takedown")
def takedown(actor: CanEdit, article_id: ArticleId, reason: Typed = "") -> Response:
    """Remove it and every copy of it for good."""
    try:
        with transaction() as tx:
            editing.take_down(tx, article_id, reason=reason, actor=actor, now=clock.now())
    except UsageError as error:
        return _page(actor, article_id, problem=error, at="takedown", typed={"reason": reason})
    return _back(article_id, Done.TAKEN_DOWN)


def _back(article_id: int, done: Done) -> Response:
    return pages.see_other(f"/console/articles/{article_id}", done)


def _page(
    actor: Actor,
    article_id: int,
    *,
    problem: UsageError | RefusedError | None = None,
    at: str = "",
    typed: Mapping[str, str] = _NOBODY_TYPED,
) -> Response:
    """An article's page; after a refusal with its sentence at the form, and what was typed.

    Args:
        actor: who looks.
        article_id: which.
        problem: why it was refused.
        at: the form that was sent.
        typed: its fields.
    """
    now = clock.now()
    with transaction() as tx:
        found = editing.find(tx, article_id)
        allow(actor, Permission.READ, publication_id=found.publication_id)
        said: dict[str, Any] = {
            "article": found,
            "revisions": articles.revisions_of(tx, article_id),
            "tags": articles.tags_of(tx, [article_id]).get(article_id, []),
            "section": next(
                (
                    each.name
                    for each in publications.sections_of(tx, found.publication_id)
                    if each.id == found.section_id
                ),
                None,
            ),
            "picture": pictures.lead_of(tx, article_id),
            "publication": publications.find(tx, found.publication_id),
            "carried": carrying.carried_by(tx, article_id),
            "pick": featured.of_article(tx, found, now=now),
        }
    return pages.render(
        actor,
        "article.html",
        status=status_of(problem) if problem else 200,
        tab="articles",
        problem=str(problem) if problem else "",
        at=at,
        typed=typed,
        media=[said["picture"]] if said["picture"] else [],
        is_gone=found.state in ArticleState.gone(),
        **said,
    )
