"""An issue's material as records, and the data that its templates get from it.

A story's position is its bit in every choice and the same in all languages; the reading order is
not: in each language's frame the stories in that language come first.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import quote

from syndicate.languages import is_undetermined
from syndicate.newsletters.select import Placement
from syndicate.phrases import brief, day
from syndicate.render.choosing import choosing
from syndicate.render.email import PICTURE_WIDTH
from syndicate.store.composition.corrections import LaterChange
from syndicate.store.composition.stories import Story
from syndicate.translations import known_language

THUMB_WIDTH = 148  # pixels, of all stories but a section's first


@dataclass(frozen=True)
class Frame:
    """How the frame in one language speaks.

    Attributes:
        language: BCP 47 tag.
        name: of the newsletter.
        description: of the newsletter.
        publication: its name.
        brand: its other words, colours and logo, as `newsroom.brand.worn` gives them.
    """

    language: str
    name: str
    description: str
    publication: str
    brand: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """Everything that an issue is made of.

    Attributes:
        number: of the issue.
        local_date: in the newsletter's zone.
        zone: IANA name; times are shown in it.
        window: (from, to) of the news covered, aware UTC.
        frames: one per language, the fallback first.
        postal_address: of the publication; every mail names it.
        home_url: of the publication, None where it has none.
        section_slugs: in the newsletter's own order.
        max_stories: at most in one issue.
        stories: that may be shown in mail.
        corrections: of what earlier issues carried.
        base_url: of our own pages, without a trailing slash.
        message: the folder under templates/mail that it is rendered from.
    """

    number: int
    local_date: dt.date
    zone: str
    window: tuple[dt.datetime, dt.datetime]
    frames: tuple[Frame, ...]
    postal_address: str
    home_url: str | None
    section_slugs: tuple[str, ...]
    max_stories: int
    stories: tuple[Story, ...]
    corrections: tuple[LaterChange, ...]
    base_url: str
    message: str = "digest"


def context(
    material: Material,
    picks: Sequence[Placement],
    corrected: Sequence[tuple[int, LaterChange]],
    frame: Frame,
) -> dict[str, Any]:
    """What the templates of an issue are given for one frame, in plain data.

    Args:
        material: what the issue is made of.
        picks: its stories at their positions.
        corrected: (position, correction) pairs behind them.
        frame: whose language it is.

    Raises:
        ArithmeticError, AttributeError, LookupError, TypeError, ValueError: a story holds what
            cannot be put into words.
    """
    return {
        "newsletter": {
            "name": frame.name,
            "description": frame.description,
            "choosing": choosing(
                frame.language,
                sections=len(material.section_slugs),
                languages=len(material.frames),
            ),
        },
        "publication": {
            "postal_address": material.postal_address,
            **frame.brand,
            "name": frame.publication,
            "home_url": material.home_url,
        },
        "issue": {"number": material.number, "local_date": material.local_date},
        "zone": material.zone,
        "sections": list(_sections(material, picks, frame.language)),
        "corrections": [_correction(material, *each) for each in corrected],
    }


def _sections(
    material: Material, picks: Sequence[Placement], language: str
) -> Iterator[Mapping[str, Any]]:
    """The sections of one frame in reading order, each with the bits of its stories as `mask`."""
    by_id = {story.article_id: story for story in material.stories}
    in_order = sorted(picks, key=lambda pick: (pick.candidate.language != language, pick.position))
    placed = [
        (place, pick, by_id[pick.candidate.article_id]) for place, pick in enumerate(in_order)
    ]

    def key(entry: tuple[int, Placement, Story]) -> tuple[str, str]:
        return entry[2].language, entry[2].section_slug

    for (story_language, _), group in groupby(placed, key=key):
        entries = list(group)
        stories = [_story(material, place, pick, story) for place, pick, story in entries]
        stories[0]["is_lead"] = True
        yield {
            "position": stories[0]["position"],
            "mask": sum(story["mask"] for story in stories),
            "name": entries[0][2].section_name,
            # The name of a section is in no language that nobody knows.
            "language": language if is_undetermined(story_language) else story_language,
            "stories": stories,
        }


def _story(material: Material, place: int, pick: Placement, story: Story) -> dict[str, Any]:
    return {
        **vars(story.words),
        "position": place,
        "mask": 1 << pick.position,
        "is_lead": False,
        "language": story.language,
        "url": story.url or f"{material.base_url}/articles/{story.article_id}/{quote(story.slug)}",
        "updated_at": story.updated_at,
        # In the story's own language: a date in another script would upset the line's direction.
        "time": brief(story.updated_at, material.zone, known_language(story.language)),
        "is_for_subscribers": not story.is_free,
        "picture": _picture(story),
    }


def _correction(material: Material, position: int, correction: LaterChange) -> dict[str, Any]:
    slug = quote(correction.slug)
    own_page = f"{material.base_url}/articles/{correction.article_id}/{slug}"
    return {
        "position": position,
        "mask": 1 << position,
        "language": correction.language,
        "headline": correction.headline,
        "note": correction.note,
        "url": correction.url or own_page,
        "sent_on": day(correction.sent_on, language=known_language(correction.language)),
        "is_withdrawn": correction.is_withdrawn,
    }


def _picture(story: Story) -> dict[str, Any] | None:
    """The lead picture at the width of the column; mail programs need both sizes written down."""
    shown = story.picture
    if shown is None or not shown.url.startswith(("https://", "http://")):
        return None
    width, height = shown.width, shown.height
    if width and height:
        scale = min(1.0, PICTURE_WIDTH / width)
        width, height = round(width * scale), round(height * scale)
    else:
        width, height = PICTURE_WIDTH, None
    return {
        "url": shown.url,
        "width": width,
        "height": height,
        "thumb_height": round(THUMB_WIDTH * height / width) if height else None,
        "alt": shown.alt,
        "credit": shown.credit,
    }
