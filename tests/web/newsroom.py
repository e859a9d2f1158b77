"""A newsroom in rows for the tests of pages: two publications, a few articles of every kind."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import update

from syndicate import clock
from syndicate.store.content.articles import Article
from syndicate.store.content.featured import Featured
from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.syndication.feeds import Feed
from syndicate.vocabulary.articles import Access, ArticleState, Change
from syndicate.vocabulary.feeds import FeedKind
from syndicate.vocabulary.newsletters import IssueState
from tests import rows

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
    rows.picture(
        tx,
        report,
        url="https://pictures.example.org/river.jpg",
        media_type=None,
        width=1200,
        size_bytes=None,
        caption="The river at noon",
        credit="Photo desk",
        alt="A wide river under clouds",
    )
    rows.added(
        tx,
        Picture(
            article_id=museum,
            url="https://pictures.example.org/attic.jpg",
            alt="Old chairs",
            channels=["mail"],
        ),
    )
    rows.tag(tx, tx.session.get_one(Article, report), "water")
    note = "An earlier version misnamed the river."
    rows.revision(tx, report, 2, Change.CORRECTION, note=note)
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
    newsletter = rows.newsletter(
        tx,
        room.english,
        section_ids=sections,
        name="Morning Courier",
        description="The news before the first coffee.",
        languages=["en", "ar"],
        translations={"ar": {"name": "نشرة الصباح"}},
        zone="Europe/London",
    )
    issue = rows.issue(
        tx,
        newsletter.id,
        7,
        local_date=(room.now - dt.timedelta(days=3)).date(),
        slot="08:00",
        window_from=room.now - dt.timedelta(days=1),
        window_to=room.now,
        state=IssueState.DONE,
    )
    for place, name in enumerate(("report", "killed", "arabic")):
        language = "ar" if name == "arabic" else "en"
        rows.story(tx, issue.id, place, room.articles[name], language=language)
    room.newsletter, room.issue = newsletter.id, issue.id


def _publication(tx: Transaction, slug: str, name: str, language: str, direction: str) -> int:
    return rows.publication(
        tx,
        slug,
        name=name,
        language=language,
        direction=direction,
        zone="Europe/London",
        sender_address=f"news@{slug}.example.org",
        postal_address="1 Bridge Street",
    ).id


def _section(tx: Transaction, publication_id: int, slug: str, name: str) -> int:
    address = f"{slug}-desk@example.org"
    desk = rows.desk(tx, publication_id, slug, name=f"{name} desk", address=address)
    return rows.section(tx, publication_id, slug, name=name, desk_id=desk.id).id


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
    row = rows.article(
        tx,
        publication_id,
        name,
        published,
        section_id=section_id,
        atom_id=f"tag:example.org,2026:{name}",
        state=state,
        embargo_until=room.now + dt.timedelta(hours=1) if state == "embargoed" else None,
        access=access,
        language=language,
        direction="rtl" if language == "ar" else "ltr",
        url=f"{url}-{name}" if url else None,
        headline=headline,
        standfirst=f"What is known about {name}, and what is not.",
        body_html=body,
        authors=["World desk"],
        updated_at=published + dt.timedelta(minutes=5),
        collected_at=room.now,
    )
    room.articles[name] = row.id
