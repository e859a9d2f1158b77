"""Reads all that goes into an issue from rows, before any template renders."""

import datetime as dt
from dataclasses import replace

from syndicate import settings
from syndicate.newsletters.kinds import RULES
from syndicate.newsletters.material import Frame, Material
from syndicate.newsroom import brand
from syndicate.store.composition import corrections, issues, stories
from syndicate.store.composition.stories import Story
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import logos, newsletters
from syndicate.store.newsroom.logos import PublicationLogo
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication


def material(tx: Transaction, newsletter: Newsletter, issue: Issue, now: dt.datetime) -> Material:
    """Read everything that an issue is made of."""
    publication = newsletters.publication_of(tx, newsletter)
    sections = newsletters.sections_to_choose(tx, newsletter)
    until = now + RULES[newsletter.kind].expires_in
    is_alert = issue.article_id is not None
    logo = logos.of(tx, publication.id)
    return Material(
        message=RULES[newsletter.kind].message,
        number=issue.number or issues.next_number(tx, newsletter.id),
        local_date=issue.local_date,
        zone=newsletter.zone,
        window=(issue.window_from, issue.window_to),
        frames=tuple(frame(newsletter, publication, each, logo) for each in newsletter.languages),
        postal_address=brand.postal_address(publication, publication.language),
        home_url=publication.home_url,
        section_slugs=tuple(dict.fromkeys(section.slug for section in sections)),
        max_stories=newsletter.max_stories,
        stories=tuple(
            _told_at_once(tx, issue, now, until)
            if is_alert
            else stories.candidates(tx, newsletter, issue, now, until=until)
        ),
        # An alert says one thing.
        corrections=()
        if is_alert
        else tuple(corrections.of_newsletter(tx, newsletter, issue, now)),
        base_url=settings.load().base_url(),
    )


def frame(
    newsletter: Newsletter,
    publication: Publication,
    language: str,
    logo: PublicationLogo | None = None,
) -> Frame:
    """How the frame in one language speaks for a newsletter."""
    said = newsletters.in_language(newsletter, language)
    worn = brand.worn(publication, language, logo=logo, base_url=settings.load().base_url())
    name = said["publication"] or worn["name"]
    own = {key: value for key, value in worn.items() if key not in {"name", "postal_address"}}
    if worn["postal_address"] != brand.postal_address(publication, publication.language):
        own["postal_address"] = worn["postal_address"]
    return Frame(language, said["name"], said["description"], name, own)


def _told_at_once(
    tx: Transaction, issue: Issue, now: dt.datetime, until: dt.datetime
) -> list[Story]:
    """An alert's article, whatever it lacks for a digest: an editor asked for it by name."""
    found = stories.as_now(tx, issue, [issue.article_id or 0], now, until=until)
    return [replace(story, is_dated=True, is_backlog=False) for story in found]
