"""/api/v1/articles: what a CMS sends by itself, and what operators' programs may read of it."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    WithJsonSchema,
)

from syndicate import clock
from syndicate.articles import editing, receive_push
from syndicate.errors import RefusedError, UsageError
from syndicate.newsroom import publications
from syndicate.newsroom.verbs import allow
from syndicate.store.content import articles
from syndicate.store.content.articles import Article
from syndicate.store.editing import outbox
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import idempotency
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change, Channel
from syndicate.web.api.actors import CanEdit, CanRead
from syndicate.web.api.signed import signed
from syndicate.web.moments import Moment, WideMoment, is_within, out_of_bounds
from syndicate.web.storable import Text, WebAddress

router = APIRouter(prefix="/api/v1", tags=["articles"])
ArticleId = Annotated[int, Path(ge=1, le=2**62)]
LongText = Annotated[Text, Field(max_length=10_000)]
Word = TypeVar("Word", ArticleState, Change)
Name = Annotated[Text, Field(min_length=1, max_length=500)]


def _stated(word: Word) -> Word:
    allowed = type(word).stated()
    if word not in allowed:
        *first, last = (f"'{each}'" for each in allowed)
        raise ValueError(f"Input should be {', '.join(first)} or {last}")
    return word


def _without_former(channels: object) -> object:
    """Channels without `hub`, which programs could name once and which was never asked for."""
    return [each for each in channels if each != "hub"] if isinstance(channels, list) else channels


def _enum(words: Sequence[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


StatedState = Annotated[ArticleState, AfterValidator(_stated), _enum(ArticleState.stated())]
StatedChange = Annotated[Change, AfterValidator(_stated), _enum(Change.stated())]


class PictureIn(BaseModel):
    """A picture with the rights that come with it."""

    model_config = ConfigDict(extra="forbid")

    url: WebAddress
    caption: LongText = ""
    credit: LongText = ""
    alt: LongText = ""
    media_type: Text | None = Field(None, max_length=100)
    width: int | None = Field(None, ge=1, le=100_000)
    height: int | None = Field(None, ge=1, le=100_000)
    size_bytes: int | None = Field(None, ge=1, le=2**40)
    channels: Annotated[list[Channel], BeforeValidator(_without_former)] | None = Field(
        None, description="where it may be shown; null means everywhere"
    )
    rights_until: WideMoment | None = None


class ArticleIn(BaseModel):
    """A whole article, as its CMS knows it."""

    model_config = ConfigDict(extra="forbid")

    id: Name = Field(description="the CMS's own id, which never changes")
    publication: Text | None = Field(None, max_length=80, description="slug")
    url: WebAddress | None = None
    headline: Name
    standfirst: LongText = ""
    body_html: Text = Field("", max_length=editing.MAX_BODY)
    authors: list[Name] = Field(default_factory=list, max_length=20)
    section: Text | None = Field(None, max_length=200, description="slug or name")
    tags: list[Name] = Field(default_factory=list, max_length=50)
    language: Text | None = Field(None, max_length=35)
    published_at: WideMoment | None = None
    updated_at: WideMoment | None = None
    kind: ArticleKind | None = None
    state: StatedState | None = None
    embargo_until: Moment | None = None
    access: Access | None = None
    pictures: list[PictureIn] = Field(default_factory=list, max_length=50)
    change: StatedChange | None = None
    note: Text | None = Field(None, max_length=editing.MAX_REASON)
    alert: bool = Field(
        False, description="send it immediately to the readers of alerts; once only"
    )


class ArticleBatch(BaseModel):
    """Several articles of one publication."""

    model_config = ConfigDict(extra="forbid")

    articles: list[ArticleIn] = Field(min_length=1, max_length=receive_push.MAX_BATCH)


class PushOutcome(BaseModel):
    """What became of one article."""

    id: str
    article_id: int | None
    outcome: Literal["created", "changed", "unchanged", "ignored"]
    state: str | None
    revision: int | None


class PushOutcomes(BaseModel):
    """What became of each article, in order."""

    results: list[PushOutcome]


class ArticleView(BaseModel):
    """An article as operators see it, whatever its state."""

    id: int
    publication_id: int
    state: str
    access: str
    kind: str
    revision: int
    url: str | None
    headline: str
    published_at: dt.datetime
    updated_at: dt.datetime
    embargo_until: dt.datetime | None
    is_held: bool = Field(description="its embargo cannot be read: a person has to decide")
    is_dated: bool


@router.post("/articles", dependencies=[Depends(signed)])
def push_articles(
    request: Request,
    response: Response,
    actor: CanEdit,
    body: ArticleIn | ArticleBatch,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)] = None,
) -> PushOutcome | PushOutcomes:
    """Send one article, or a batch. The same article again changes nothing.

    With an Idempotency-Key a repeated request gets the first one's answer.
    """
    several = body.articles if isinstance(body, ArticleBatch) else [body]
    slug = _one_publication(several, getattr(request.state, "signed_publication", None))
    now = clock.now()
    with transaction() as tx:
        answered = _answered(tx, actor, key, body, now)
        if answered is None:
            answered = _receive(tx, slug, body, actor, now)
            if key is not None:
                idempotency.remember(tx, _key_hash(actor, key), answered)
    with transaction() as tx:
        outbox.pass_on(tx, now)
    results = [PushOutcome(**each) for each in answered["results"]]
    if isinstance(body, ArticleBatch):
        return PushOutcomes(results=results)
    response.status_code = 201 if results[0].outcome == "created" else 200
    return results[0]


@router.get("/articles")
def list_articles(
    actor: CanRead,
    state: ArticleState | None = None,
    before_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ArticleView]:
    """Articles of every publication, newest first, whatever their state."""
    with transaction() as tx:
        found = articles.listed(
            tx,
            state=state,
            before_id=before_id,
            limit=limit,
            publication_ids=actor.publications(Permission.READ),
        )
    return [_shown(each) for each in found]


@router.get("/articles/{article_id}")
def show_article(actor: CanRead, article_id: ArticleId) -> ArticleView:
    """One article, whatever its state."""
    with transaction() as tx:
        found = editing.find(tx, article_id)
    allow(actor, Permission.READ, publication_id=found.publication_id)
    return _shown(found)


def as_it_stands(article_id: int) -> ArticleView:
    """An article after a verb, for whoever might ask for the verb."""
    with transaction() as tx:
        return _shown(editing.find(tx, article_id))


def _one_publication(several: list[ArticleIn], signed_for: str | None) -> str | None:
    named = {each.publication for each in several if each.publication is not None}
    if signed_for is not None:
        named.add(signed_for)
    if len(named) > 1:
        raise UsageError("All articles of one request must be of one publication.")
    return next(iter(named), None)


def _receive(
    tx: Transaction,
    slug: str | None,
    body: ArticleIn | ArticleBatch,
    actor: Actor,
    now: dt.datetime,
) -> dict[str, Any]:
    own = actor.publications(Permission.ARTICLES)
    if slug is not None:
        publications.let_into(tx, slug, Permission.ARTICLES, actor)
    publication = publications.named_or_only(tx, slug, among=own)
    several = body.articles if isinstance(body, ArticleBatch) else [body]
    entries = [receive_push.entry_of(_plain(each)) for each in several]
    times = {
        field: (entry.guid or "", moment)
        for number, (article, entry) in enumerate(zip(several, entries, strict=True))
        for field, moment in _times(article, f"articles.{number}." * isinstance(body, ArticleBatch))
        if not is_within(moment)
    }
    stored = receive_push.stored_times(tx, publication, entries) if times else {}
    for field, (guid, moment) in times.items():
        if moment not in stored.get(guid, ()):
            raise out_of_bounds(field)
    pushed = receive_push.receive(tx, publication, entries, actor=actor, now=now)
    return {"results": [asdict(each) for each in pushed]}


def _times(article: ArticleIn, place: str) -> Iterator[tuple[str, dt.datetime]]:
    """(field, moment) of all that an article says and that rows keep as it is said."""
    said = {"published_at": article.published_at, "updated_at": article.updated_at}
    said |= {f"pictures.{n}.rights_until": p.rights_until for n, p in enumerate(article.pictures)}
    for field, moment in said.items():
        if moment is not None:
            yield place + field, moment


def _plain(article: ArticleIn) -> dict[str, Any]:
    """What was sent, and nothing of what was not: that leaves rights as they are."""
    said = {"url": None, **_sent(article)}
    return said | {"pictures": [_sent(each) for each in article.pictures]}


def _sent(part: BaseModel) -> dict[str, Any]:
    sent = part.model_dump(exclude_unset=True)
    return {
        name: str(value) if isinstance(value, HttpUrl) else value for name, value in sent.items()
    }


def _answered(
    tx: Transaction, actor: Actor, key: str | None, body: BaseModel, now: dt.datetime
) -> dict[str, Any] | None:
    if key is None:
        return None
    said = json.dumps(body.model_dump(mode="json"), sort_keys=True)
    request_hash = hashlib.sha256(said.encode()).digest()
    before = idempotency.begin(tx, _key_hash(actor, key), request_hash=request_hash, now=now)
    if before is None:
        return None
    if before.request_hash != request_hash:
        raise RefusedError("This Idempotency-Key was used for another request; choose a new one.")
    return before.answer


def _key_hash(actor: Actor, key: str) -> bytes:
    # Two tokens may have one name; who signs has a publication's name, and there is one of it.
    whose = f"token:{actor.token_id}" if actor.token_id is not None else actor.name
    return hashlib.sha256(f"{whose}\0{key}".encode()).digest()


def _shown(row: Article) -> ArticleView:
    return ArticleView(
        id=row.id,
        publication_id=row.publication_id,
        state=row.state.value,
        access=row.access.value,
        kind=row.kind.value,
        revision=row.revision,
        url=row.url,
        headline=row.headline,
        published_at=row.published_at,
        updated_at=row.updated_at,
        embargo_until=row.embargo_until,
        is_held=row.is_held,
        is_dated=row.is_dated,
    )
