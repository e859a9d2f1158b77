"""A newsroom in rows for the tests of pages: two publications, a few articles of every kind."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import update

from syndicate import clock
from syndicate.store.content.articles import Article, ArticleTag, Revision, Tag
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.newsroom.newsletters import Issue, IssueStory, Newsletter
from syndicate.store.newsroom.publications import Desk, Publication, Section
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleState, Change
from syndicate.vocabulary.feeds import FeedKind
from syndicate.vocabulary.newsletters import IssueState, NewsletterKind

BODY = (
    "<p>The committee met at noon and agreed on the <a href='https://example.org/report'>report</a>"
    " that its members had read for a month.</p><h2>What follows</h2><p>The text goes to the full "
    "council next week.</p><blockquote><p>It took long, and it was worth it.</p></blockquote>"
).replace("'", '"')
BODY_AR = "<p>اجتمعت اللجنة ظهرا ووافقت على التقرير.</p><h2>الخطوة التالية</h2>"


@dataclass
class Newsroom:
    """Ids of what was made."""

    english: int = 0
    arabic: int = 0
    articles: dict[str, int] = field(default_factory=dict)
    newsletter: int = 0
    issue: int = 0
    now: dt.datetime = field(default_factory=clock.now)

    def path(self, name: str) -> str:
        """The path of an article's page."""
        prefix = "/p/al-nahar" if name == "arabic" else ""
        return f"{prefix}/articles/{self.articles[name]}/{name}"


def make() -> Newsroom:
    room = Newsroom()
    with transaction() as tx:
        room.english = _publication(tx, "courier", "The Courier", "en", "ltr")
        room.arabic = _publication(tx, "al-nahar", "صحيفة النهر", "ar", "rtl")
        world = _section(tx, room.english, "world", "World")
        culture = _section(tx, room.english, "culture", "Culture")
        world_ar = _section(tx, room.arabic, "world", "العالم")
        _articles(tx, room, world, culture, world_ar)
        _newsletter(tx, room, [world, culture, world_ar])
    return room


def _articles(tx: Transaction, room: Newsroom, world: int, culture: int, world_ar: int) -> None:
    english, arabic = room.english, room.arabic
    _article(tx, room, "report", english, world, headline="Council agrees on the river report")
    _article(tx, room, "museum", english, culture, headline="A museum opens its attic", url=None)
    _article(tx, room, "paid", english, world, headline="Inside the harbour", access=Access.PAID)
    _article(tx, room, "killed", english, world, headline="Never so", state=ArticleState.KILLED)
    _article(
        tx,
        room,
        "embargoed",
        english,
        world,
        headline="Tomorrow's secret",
        state=ArticleState.EMBARGOED,
    )
    _article(
        tx,
        room,
        "arabic",
        arabic,
        world_ar,
        headline="المجلس يوافق على تقرير النهر",
        body=BODY_AR,
        language="ar",
    )
    _around(tx, room)


def _around(tx: Transaction, room: Newsroom) -> None:
    """Pictures, a tag, a correction, picks and a feed."""
    report, museum = room.articles["report"], room.articles["museum"]
    tx.add(
        Picture(
            article_id=report,
            url="https://pictures.example.org/river.jpg",
            width=1200,
            height=800,
            caption="The river at noon",
            credit="Photo desk",
            alt="A wide river under clouds",
        )
    )
    attic = "https://pictures.example.org/attic.jpg"
    tx.add(Picture(article_id=museum, url=attic, alt="Old chairs", channels=["mail"]))
    tag = Tag(publication_id=room.english, slug="water", name="Water")
    tx.add(tag)
    tx.flush()
    tx.add(ArticleTag(article_id=report, tag_id=tag.id))
    tx.add(
        Revision(
            article_id=report,
            number=2,
            change=Change.CORRECTION,
            is_material=True,
            note="An earlier version misnamed the river.",
            headline="",
            standfirst="",
            body_html="",
            authors=[],
            visible_hash=b"",
        )
    )
    for place, name in enumerate(("report", "killed")):
        tx.add(_pick(room, place, name))
    tx.execute(update(Article).where(Article.id == report).values(revision=2))
    feed = {"slug": "everything", "kind": FeedKind.EVERYTHING, "title": "Everything"}
    tx.add(Feed(publication_id=room.english, **feed))


def _pick(room: Newsroom, place: int, name: str) -> Featured:
    return Featured(
        publication_id=room.english,
        position=place,
        teaser=f"Pick of {name}",
        url=f"https://news.example.org/{name}",
        article_id=room.articles[name],
        starts_at=room.now - dt.timedelta(hours=1),
    )


def _newsletter(tx: Transaction, room: Newsroom, sections: list[int]) -> None:
    newsletter = newsletters.add(
        tx,
        Newsletter(
            publication_id=room.english,
            slug="morning",
            kind=NewsletterKind.DIGEST,
            name="Morning Courier",
            description="The news before the first coffee.",
            languages=["en", "ar"],
            translations={"ar": {"name": "نشرة الصباح"}},
            zone="Europe/London",
            schedule={"times": ["08:00"], "days": [1, 2, 3, 4, 5, 6, 7]},
        ),
        section_ids=sections,
    )
    issue = Issue(
        newsletter_id=newsletter.id,
        number=7,
        local_date=(room.now - dt.timedelta(days=3)).date(),
        slot="08:00",
        window_from=room.now - dt.timedelta(days=1),
        window_to=room.now,
        state=IssueState.DONE,
    )
    tx.add(issue)
    tx.flush()
    for place, name in enumerate(("report", "killed", "arabic")):
        tx.add(
            IssueStory(
                issue_id=issue.id,
                position=place,
                article_id=room.articles[name],
                revision=1,
                section_slug="world",
                language="ar" if name == "arabic" else "en",
            )
        )
    room.newsletter, room.issue = newsletter.id, issue.id


def _publication(tx: Transaction, slug: str, name: str, language: str, direction: str) -> int:
    publication = Publication(
        slug=slug,
        name=name,
        language=language,
        direction=direction,
        zone="Europe/London",
        sender_name=name,
        sender_address=f"news@{slug}.example.org",
        postal_address="1 Bridge Street",
    )
    tx.add(publication)
    tx.flush()
    return publication.id


def _section(tx: Transaction, publication_id: int, slug: str, name: str) -> int:
    desk = Desk(
        publication_id=publication_id,
        slug=slug,
        name=f"{name} desk",
        address=f"{slug}-desk@example.org",
    )
    tx.add(desk)
    tx.flush()
    section = Section(publication_id=publication_id, slug=slug, name=name, desk_id=desk.id)
    tx.add(section)
    tx.flush()
    return section.id


def _article(  # noqa: PLR0913 - a row's columns
    tx: Transaction,
    room: Newsroom,
    name: str,
    publication_id: int,
    section_id: int,
    *,
    headline: str,
    body: str = BODY,
    language: str = "en",
    access: Access = Access.FREE,
    state: ArticleState = ArticleState.LIVE,
    url: str | None = "https://news.example.org/story",
) -> None:
    published = room.now - dt.timedelta(minutes=10 * (len(room.articles) + 1))
    row = Article(
        publication_id=publication_id,
        section_id=section_id,
        atom_id=f"tag:example.org,2026:{name}",
        state=state,
        embargo_until=room.now + dt.timedelta(hours=1) if state == "embargoed" else None,
        access=access,
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        url=f"{url}-{name}" if url else None,
        slug=name,
        headline=headline,
        standfirst=f"What is known about {name}, and what is not.",
        body_html=body,
        authors=["World desk"],
        published_at=published,
        updated_at=published + dt.timedelta(minutes=5),
        collected_at=room.now,
        is_dated=True,
        is_backlog=False,
        visible_hash=name.encode(),
    )
    tx.add(row)
    tx.flush()
    room.articles[name] = row.id
