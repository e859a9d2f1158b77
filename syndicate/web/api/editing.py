"""/api/v1/articles/{id}/...: what an editor says of an article, one path for each verb."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.articles import editing, featuring, splitting
from syndicate.store.ground.session import transaction
from syndicate.web.api.actors import CanEdit
from syndicate.web.api.articles import ArticleId, ArticleView, as_it_stands
from syndicate.web.moments import Moment
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1", tags=["articles"])


class EmbargoIn(BaseModel):
    """Until when an article is held back."""

    model_config = ConfigDict(extra="forbid")

    until: Moment | None = Field(description="null publishes it immediately")


class KillIn(BaseModel):
    """Why an article is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    note: Text = Field("", description="for the newsroom")


class TakedownIn(BaseModel):
    """Why an article is removed for good."""

    model_config = ConfigDict(extra="forbid")

    reason: Text = Field("", description="required; the audit keeps it for good")


class CorrectionIn(BaseModel):
    """New words for an article; null or left out keeps the old ones."""

    model_config = ConfigDict(extra="forbid")

    note: Text = Field(description="what was wrong, for readers")
    headline: Text | None = None
    standfirst: Text | None = None
    body_html: Text | None = None


class FeatureIn(BaseModel):
    """How an article stands in its publication's featured list."""

    model_config = ConfigDict(extra="forbid")

    teaser: Text = Field("", description="what the list says; empty for the article's headline")
    until: Moment | None = Field(None, description="when it leaves the list; null for never")


class SplitIn(BaseModel):
    """Whose story is a different one."""

    model_config = ConfigDict(extra="forbid")

    source_id: Annotated[int, Field(ge=1, le=2**62)] | Annotated[str, Field(max_length=80)] = Field(
        description="id or slug"
    )
    entry: Annotated[int, Field(ge=1, le=2**62)] | None = Field(
        None,
        description="number of its entry that is a different story, as the audit's `article-merge` "
        "has it; needed for a source that speaks for the article",
    )


@router.post("/articles/{article_id}/kill")
def kill_article(actor: CanEdit, article_id: ArticleId, body: KillIn | None = None) -> ArticleView:
    """Withdraw an article; its text is kept but no longer shown. Safe to run twice."""
    note = body.note if body else ""
    with transaction() as tx:
        editing.kill(tx, article_id, note=note, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/takedown")
def take_article_down(
    actor: CanEdit, article_id: ArticleId, body: TakedownIn | None = None
) -> ArticleView:
    """Remove an article and every copy of it for good; 400 without a reason. Safe to run twice."""
    reason = body.reason if body else ""
    with transaction() as tx:
        editing.take_down(tx, article_id, reason=reason, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/alert")
def alert_readers(actor: CanEdit, article_id: ArticleId) -> ArticleView:
    """Send an article immediately to the readers of alerts; once only. Safe to run twice."""
    with transaction() as tx:
        editing.alert(tx, article_id, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/embargo")
def hold_article(actor: CanEdit, article_id: ArticleId, body: EmbargoIn) -> ArticleView:
    """Hold an article back until a moment, or let it out at once. Safe to run twice."""
    with transaction() as tx:
        editing.embargo(tx, article_id, body.until, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/correct")
def correct_article(actor: CanEdit, article_id: ArticleId, body: CorrectionIn) -> ArticleView:
    """Publish a correction, everywhere the article appears. Safe to run twice."""
    wording = editing.Wording(body.headline, body.standfirst, body.body_html)
    with transaction() as tx:
        editing.correct(tx, article_id, wording, note=body.note, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/feature")
def feature_article(
    actor: CanEdit, article_id: ArticleId, body: FeatureIn | None = None
) -> ArticleView:
    """Put an article first in its publication's featured list. Safe to run twice."""
    said = body or FeatureIn()
    with transaction() as tx:
        featuring.feature(
            tx, article_id, teaser=said.teaser, until=said.until, actor=actor, now=clock.now()
        )
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/unfeature")
def unfeature_article(actor: CanEdit, article_id: ArticleId) -> ArticleView:
    """Take an article out of its publication's featured list. Safe to run twice."""
    with transaction() as tx:
        featuring.unfeature(tx, article_id, actor=actor, now=clock.now())
    return as_it_stands(article_id)


@router.post("/articles/{article_id}/split")
def split_article(actor: CanEdit, article_id: ArticleId, body: SplitIn) -> ArticleView:
    """Undo a merge: what a source brings becomes an article of its own, which is the answer."""
    with transaction() as tx:
        made = splitting.split(
            tx, article_id, body.source_id, entry=body.entry, actor=actor, now=clock.now()
        )
    return as_it_stands(made)
