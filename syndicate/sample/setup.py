"""The rows that the sample newsroom needs: publications, sections, desks, sources, a newsletter.

The newsletter goes out daily over the sections of both publications, with frames in both languages.
"""

from dataclasses import dataclass

from syndicate.errors import RefusedError
from syndicate.sample import newsroom, pages
from syndicate.sample.state import State
from syndicate.store.ground.session import Transaction
from syndicate.store.intake import sources
from syndicate.store.intake.sources import Source
from syndicate.store.maintenance import moves, removal
from syndicate.store.newsroom import newsletters, publications
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.newsroom.publications import Desk, Publication, Section
from syndicate.store.syndication import feeds
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sources import Pages, SourceKind

NEWSLETTER = "morning-harbour"
# Where the newsroom's page template (sample/pages/article.html) keeps what.
PROFILE = {
    "headline": ".article-headline",
    "standfirst": ".article-standfirst",
    "section": ".article-section",
    "byline": ".author",
    "published": {"select": "meta[property='article:published_time']", "attribute": "content"},
    "updated": {"select": ".article-date time", "attribute": "datetime"},
    "body": ".article-body",
    "picture": ".article-picture img",
    "caption": ".article-picture .caption",
    "credit": ".article-picture .credit",
    "featured": "#featured li a",
}


@dataclass(frozen=True)
class Installed:
    """What was set up.

    Attributes:
        publication_ids: the English one first.
        source_ids: one for each section of each publication.
        newsletter_id: the daily digest.
    """

    publication_ids: tuple[int, ...]
    source_ids: tuple[int, ...]
    newsletter_id: int


def install(tx: Transaction, state: State, *, slot: str) -> Installed:
    """Write the sample newsroom's rows into an installation that has none of them.

    Args:
        tx: the open transaction.
        state: where its server listens.
        slot: local time of the daily digest, "08:00".

    Raises:
        RefusedError: one of its publications is there already, or the newsletter.
    """
    _refuse_second(tx)
    publication_ids, source_ids, section_ids = [], [], []
    for told in newsroom.publications():
        publication = _publication(tx, told, state)
        publication_ids.append(publication.id)
        for position, part in enumerate(told.sections):
            section = _section(tx, publication.id, part, position)
            section_ids.append(section.id)
            source_ids.append(_source(tx, told, section, state).id)
        feeds.ensure(tx, publication.id)
    newsletter = _newsletter(tx, publication_ids[0], section_ids, slot)
    return Installed(tuple(publication_ids), tuple(source_ids), newsletter.id)


def is_installed(tx: Transaction) -> bool:
    """Whether there is any publication, the sample's or a real one."""
    return bool(publications.all_publications(tx))


def remove(tx: Transaction) -> int:
    """Take the newsroom's publications away with everything that hangs on them.

    Returns:
        How many subscribers went with them. Safe to run twice.
    """
    slugs = {told.slug for told in newsroom.publications()}
    found = [each.id for each in publications.all_publications(tx) if each.slug in slugs]
    return removal.remove_publications(tx, found)


def sources_of(tx: Transaction, state: State) -> list[Source]:
    """The sources that the sample newsroom's server stands behind."""
    return [source for source, _ in sources.listed(tx) if source.url.startswith(f"{state.origin}/")]


def follow(tx: Transaction, before: State, now_at: State) -> int:
    """Point sources and articles at the port that the newsroom's server has moved to.

    Returns:
        How many sources moved.
    """
    moves.move_origin(tx, before.origin, now_at.origin)
    return len(sources_of(tx, now_at))


def allowed_origin(state: State) -> str:
    """The exact IP:port that may be dialled although it is loopback."""
    return state.origin.removeprefix("http://")


def _refuse_second(tx: Transaction) -> None:
    taken = {each.slug for each in publications.all_publications(tx)}
    for told in newsroom.publications():
        if told.slug in taken:
            raise RefusedError(
                f"There is a publication called {told.slug} already; the sample newsroom needs "
                "this name for one of its own."
            )


def _publication(tx: Transaction, told: newsroom.SamplePublication, state: State) -> Publication:
    publication = Publication(
        slug=told.slug,
        name=told.name,
        home_url=f"{state.origin}/{told.language}/",
        language=told.language,
        direction=told.direction,
        zone=told.zone,
        sender_name=told.sender_name,
        sender_address=told.sender_address,
        postal_address=told.postal_address,
    )
    publications.add(tx, publication)
    return publication


def _section(
    tx: Transaction, publication_id: int, told: newsroom.SampleSection, position: int
) -> Section:
    desk = Desk(publication_id=publication_id, slug=told.slug, name=told.desk, address=told.address)
    publications.add(tx, desk)
    section = Section(
        publication_id=publication_id,
        slug=told.slug,
        name=told.name,
        desk_id=desk.id,
        position=position,
    )
    publications.add(tx, section)
    return section


def _source(
    tx: Transaction, publication: newsroom.SamplePublication, section: Section, state: State
) -> Source:
    return sources.add(
        tx,
        section.publication_id,
        SourceKind.FEED,
        pages.feed_url(state, publication.language, section.slug),
        f"{publication.name}: {section.name}",
        pages=Pages.ALWAYS,
        allow_origins=[allowed_origin(state)],
        profile=PROFILE,
        section_id=section.id,
    )


def _newsletter(
    tx: Transaction, publication_id: int, section_ids: list[int], slot: str
) -> Newsletter:
    first, *others = newsroom.publications()
    return newsletters.add(
        tx,
        Newsletter(
            publication_id=publication_id,
            slug=NEWSLETTER,
            kind=NewsletterKind.DIGEST,
            name=first.newsletter["name"],
            description=first.newsletter["description"],
            languages=list(newsroom.LANGUAGES),
            translations={
                told.language: {**told.newsletter, "publication": told.name} for told in others
            },
            zone=first.zone,
            schedule={"times": [slot], "days": []},
        ),
        section_ids=section_ids,
    )
