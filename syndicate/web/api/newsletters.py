"""/api/v1/newsletters: what comes out, and *send it now*."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from syndicate import clock
from syndicate.newsletters import first_look, making, rehearse, steering, timetable
from syndicate.newsletters.offers import Offer
from syndicate.newsletters.run import known_issue
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.making.fields import Values, plain_values
from syndicate.newsroom.newsletters import named, read, readable
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom import newsletters as rows
from syndicate.store.views import operations
from syndicate.vocabulary.newsletters import Afterwards
from syndicate.web.api.actors import CanEditNewsletters, CanRead, CanSend
from syndicate.web.api.issues import IssueView, StoryView, issue_view
from syndicate.web.storable import Text

router = APIRouter(prefix="/api/v1")
Slug = Annotated[str, Path(max_length=80)]


class NewsletterView(BaseModel):
    """A newsletter with all its fields; `readers` counts active subscriptions."""

    id: int
    slug: str
    publication: str = Field(description="its slug")
    publication_id: int
    kind: str
    name: str
    names: dict[str, str]
    description: str
    descriptions: dict[str, str]
    sections: list[str]
    tags: list[str]
    languages: list[str]
    zone: str
    times: list[str]
    days: list[int]
    schedule: dict[str, Any]
    size: int
    public: bool
    is_public: bool
    when_empty: str
    paused_at: dt.datetime | None
    ended_at: dt.datetime | None
    readers: int
    next_at: dt.datetime | None = Field(description="the next slot of a digest")


class Ending(BaseModel):
    """What becomes of the readers of a newsletter that ends."""

    readers: Afterwards = Field(description="they stay subscribed to nothing, or leave with it")


class Ended(BaseModel):
    """A newsletter that ended, and how many subscriptions with it."""

    retired: str
    readers: Afterwards
    left: int


class Group(BaseModel):
    """So many readers whom the same would happen to; `reason` is empty for those sent to."""

    language: str
    receiver_group: str
    reason: str
    readers: int


class UnusableView(BaseModel):
    """A story, or the correction of one, that cannot be sent by email."""

    article_id: int
    headline: str
    why: str


class RehearsalView(BaseModel):
    """What would go to whom; nothing was stored."""

    slot_at: dt.datetime
    stories: list[StoryView]
    left_out: int
    unusable: list[UnusableView] = Field(description="cannot be sent by email")
    subjects: dict[str, str]
    html_bytes: dict[str, int]
    content_hash: str = Field(description="an issue sent from the same rows has the same one")
    counts: dict[str, int] = Field(description="`remaining` is what would be sent")
    audience: list[Group]


class OfferView(BaseModel):
    """One of the two that a newsletter can be run with."""

    what: Offer = Field(description="`slot`: that is now or the last; `new`: since the last issue")
    window_from: dt.datetime
    window_to: dt.datetime
    stories: int
    corrections: int = Field(description="of stories of earlier issues; told to who had those")
    readers: int = Field(description="who would get any of it")
    sent_as: int | None = Field(description="the issue of this slot that was sent already")


class FirstTrialIn(BaseModel):
    """Where a test mail of a newsletter goes."""

    model_config = ConfigDict(extra="forbid")

    to: Text = Field(description="address")


class FirstTrialSent(BaseModel):
    """A test mail on its way."""

    mailing_id: int


@router.get("/newsletters", tags=["newsletters"])
def list_newsletters(actor: CanRead) -> list[NewsletterView]:
    """Every newsletter of every publication."""
    with transaction() as tx:
        readers = operations.active_readers(tx)
        found = readable(newsletters.every(tx), actor)
        slugs = {each.id: each.slug for each in publications.all_publications(tx)}
        sections = newsletters.section_slugs(tx)
    return [
        _shown(
            each,
            making.values_of(each, slugs[each.publication_id], sections.get(each.id, ())),
            readers,
        )
        for each in found
    ]


@router.get("/newsletters/{slug}", tags=["newsletters"])
def show_newsletter(actor: CanRead, slug: Slug) -> NewsletterView:
    """One newsletter."""
    with transaction() as tx:
        return _newsletter(tx, read(named(tx, slug), actor), operations.active_readers(tx))


@router.get("/newsletters/{slug}/issues", tags=["newsletters"])
def list_issues(
    actor: CanRead,
    slug: Slug,
    *,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=2**62, description="id of the oldest one you have")
    ] = None,
) -> list[IssueView]:
    """A newsletter's issues, the newest first."""
    with transaction() as tx:
        recent = issues.of_newsletter(
            tx, read(named(tx, slug), actor).id, limit=limit, before=before
        )
        mailings = operations.mailings_of_issues(tx, [issue.id for issue in recent])
    return [issue_view(each, mailings) for each in recent]


@router.post("/newsletters/{slug}/run", tags=["newsletters"], status_code=202)
def run_newsletter(actor: CanSend, slug: Slug, *, what: Offer = Offer.SLOT) -> IssueView:
    """Compose and send the slot that is now or the last one before now, or what is new since.

    Safe to run twice: a slot has one issue, and one that was sent is left alone; of what is new
    nothing is left, which is answered 409.
    """
    with transaction() as tx:
        found = named(tx, slug)
    issue_id = steering.send_now(found.id, what, actor=actor, now=clock.now())
    with transaction() as tx:
        return issue_view(known_issue(tx, issue_id), operations.mailings_of_issues(tx, [issue_id]))


@router.post("/newsletters/{slug}/test", tags=["newsletters"], status_code=202)
def try_newsletter(actor: CanSend, slug: Slug, body: FirstTrialIn) -> FirstTrialSent:
    """Send one test mail of what the next issue would hold, or of older stories in its place."""
    with transaction() as tx:
        newsletter_id = named(tx, slug).id
    sent = first_look.send_test(newsletter_id, body.to, actor=actor, now=clock.now())
    return FirstTrialSent(mailing_id=sent)


@router.get("/newsletters/{slug}/offers", tags=["newsletters"])
def show_offers(actor: CanRead, slug: Slug) -> list[OfferView]:
    """What `run` can send, with the stories and the readers of each. Stores nothing."""
    with transaction() as tx:
        newsletter_id = read(named(tx, slug), actor).id
    return [
        OfferView(
            what=each.offer,
            window_from=each.slot.window_from,
            window_to=each.slot.window_to,
            stories=each.stories,
            corrections=each.corrections,
            readers=each.readers,
            sent_as=each.sent,
        )
        for each in rehearse.offered(newsletter_id, clock.now())
    ]


@router.post("/newsletters/{slug}/pause", tags=["newsletters"])
def pause_newsletter(actor: CanEditNewsletters, slug: Slug) -> NewsletterView:
    """Compose no issue until it is resumed; what is composed goes out. Safe to run twice."""
    with transaction() as tx:
        making.pause(tx, Key(slug), actor=actor, now=clock.now())
        return _newsletter(tx, named(tx, slug), operations.active_readers(tx))


@router.post("/newsletters/{slug}/resume", tags=["newsletters"])
def resume_newsletter(actor: CanEditNewsletters, slug: Slug) -> NewsletterView:
    """Compose issues again, from the next slot; those of the pause do not come."""
    with transaction() as tx:
        making.resume(tx, Key(slug), actor=actor, now=clock.now())
        return _newsletter(tx, named(tx, slug), operations.active_readers(tx))


@router.post("/newsletters/{slug}/end", tags=["newsletters"])
def end_newsletter(actor: CanEditNewsletters, slug: Slug, body: Ending) -> Ended:
    """End a newsletter for good: nobody signs up, nothing is sent, its archive stays."""
    with transaction() as tx:
        left = making.end(tx, Key(slug), readers=body.readers, actor=actor, now=clock.now())
    return Ended(retired=slug, readers=body.readers, left=left)


@router.get("/newsletters/{slug}/rehearsal", tags=["newsletters"])
def rehearse_newsletter(
    actor: CanRead,
    slug: Slug,
    *,
    is_next: Annotated[
        bool, Query(alias="next", description="the slot after now, with the news so far")
    ] = False,
) -> RehearsalView:
    """What the issue of a slot would hold, and who would get it. Stores nothing."""
    with transaction() as tx:
        newsletter_id = read(named(tx, slug), actor).id
    found = rehearse.dry_run(newsletter_id, clock.now(), is_next=is_next)
    return RehearsalView(
        slot_at=found.slot.due_at,
        stories=[
            StoryView(
                article_id=story.article_id,
                headline=story.words.headline,
                url=story.url,
                language=story.language,
                section=story.section_slug or None,
            )
            for _, story in found.chosen
        ],
        left_out=found.unfitting,
        unusable=[
            UnusableView(article_id=each.article_id, headline=each.headline, why=each.why)
            for each in found.unusable
        ],
        subjects=dict(found.subjects),
        html_bytes=dict(found.html_bytes),
        content_hash=found.content_hash,
        counts=found.counts.as_dict(),
        audience=[
            Group(language=key[0], receiver_group=key[1], reason=key[2], readers=readers)
            for key, readers in sorted(found.audience.items())
        ],
    )


def _newsletter(tx: Transaction, row: rows.Newsletter, readers: dict[int, int]) -> NewsletterView:
    return _shown(row, making.SHELF.plain(tx, row), readers)


def _shown(row: rows.Newsletter, values: Values, readers: dict[int, int]) -> NewsletterView:
    coming = timetable.next_slot(row, clock.now())
    fields = plain_values(values)
    names = set(NewsletterView.model_fields) - {*fields, "readers", "next_at"} | {"description"}
    own = {name: getattr(row, name) for name in names}
    return NewsletterView(
        **{**fields, **own},
        readers=readers.get(row.id, 0),
        next_at=coming.due_at if coming else None,
    )
