"""An issue from its material: chosen, rendered in each language, and hashed; touches no row.

    Material (read in one transaction) ─> compose ─> Draft ─> `run` freezes it

The same material gives the same draft: the hash in a dry run is the hash of what is sent. A story's
position is its bit in every choice and the same in all languages; the reading order is not: in each
language's frame the stories in that language come first.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

from syndicate import logs
from syndicate.errors import OversizeError
from syndicate.newsletters.corrections import owed
from syndicate.newsletters.select import MAX_STORIES, Candidate, Order, Pick, select
from syndicate.render.email import Rendered, render
from syndicate.render.environment import brief, day, known_language
from syndicate.store.corrections import Correction
from syndicate.store.issues import Story

log = logs.get(__name__)

DIGEST, ALERT = "digest", "alert"  # folders under templates/mail
PICTURE_WIDTH = 544  # pixels: what a column of 600 leaves between its margins
THUMB_WIDTH = 148  # of all stories but a section's first
# Each try at an issue that is over the size that mail programs show whole has a fifth less.
SHRINK = 0.8


@dataclass(frozen=True)
class Frame:
    """How the frame in one language speaks.

    Attributes:
        language: BCP 47 tag.
        name: of the newsletter.
        description: of the newsletter.
        publication: its name.
    """

    language: str
    name: str
    description: str
    publication: str


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
    corrections: tuple[Correction, ...]
    base_url: str
    message: str = DIGEST


@dataclass(frozen=True)
class Draft:
    """A composed issue that nothing was written of.

    Attributes:
        chosen: (position, story) pairs in the order of positions.
        corrected: (position, correction) pairs behind them.
        rendered: one mail per language; empty when there is nothing to say.
        content_hash: SHA-256 over subjects and blocks; the same material, the same hash.
        left_out: stories that fitted the window but not the issue.
    """

    chosen: tuple[tuple[int, Story], ...]
    corrected: tuple[tuple[int, Correction], ...]
    rendered: tuple[Rendered, ...]
    content_hash: bytes
    left_out: int

    @property
    def subjects(self) -> dict[str, str]:
        """Subject by language."""
        return {each.language: each.subject for each in self.rendered}


def compose(material: Material, *, with_notice: bool = False) -> Draft:
    """Choose the stories of an issue and render it in each of its languages.

    Args:
        material: what it is made of.
        with_notice: render an issue without stories too, to say that there is nothing new.

    Raises:
        OversizeError: even with one story the mail is over 90 KB.
        jinja2.TemplateError: the template is at fault.
    """
    fitting = len(choose(material, MAX_STORIES))
    limit = min(material.max_stories, MAX_STORIES)
    while True:
        picks = choose(material, limit)
        if not picks and not with_notice:
            return Draft((), (), (), b"", 0)
        corrected = owed(material.corrections, stories=len(picks))
        try:
            rendered = tuple(
                _rendered(material, picks, corrected, frame) for frame in material.frames
            )
        except OversizeError as error:
            limit = int(len(picks) * SHRINK)
            if not limit:
                raise
            log.warning("issue_shrunk", stories=limit, size_bytes=error.ids.get("size_bytes"))
            continue
        by_id = {story.article_id: story for story in material.stories}
        chosen = tuple((pick.position, by_id[pick.candidate.article_id]) for pick in picks)
        return Draft(chosen, corrected, rendered, hash_of(rendered), fitting - len(picks))


def recompose(
    material: Material,
    chosen: Mapping[int, Story],
    corrected: Sequence[tuple[int, Correction]],
) -> tuple[Rendered, ...]:
    """Render an issue that was composed before with the texts of now; nothing moves.

    Args:
        material: what it is made of; its stories are those chosen.
        chosen: story by position; of positions that are missing nothing is shown.
        corrected: (position, correction) pairs.

    Raises:
        OversizeError: the mail is over 90 KB now.
        jinja2.TemplateError: the template is at fault.
    """
    picks = [Pick(position, _candidate(story)) for position, story in sorted(chosen.items())]
    return tuple(_rendered(material, picks, corrected, frame) for frame in material.frames)


def choose(material: Material, limit: int) -> tuple[Pick, ...]:
    """The stories of an issue at their positions."""
    candidates = (_candidate(story) for story in material.stories)
    languages = tuple(frame.language for frame in material.frames)
    return select(
        candidates,
        window_from=material.window[0],
        window_to=material.window[1],
        order=Order(languages, material.section_slugs),
        limit=limit,
    )


def _candidate(story: Story) -> Candidate:
    return Candidate(
        article_id=story.article_id,
        revision=story.revision,
        section_slug=story.section_slug,
        language=story.language,
        published_at=story.news_at,
        collected_at=story.collected_at,
        is_dated=story.is_dated,
        is_backlog=story.is_backlog,
        featured=story.featured,
    )


def hash_of(rendered: Sequence[Rendered]) -> bytes:
    """SHA-256 over everything that readers see of an issue, in every language."""
    digest = hashlib.sha256()
    for mail in rendered:
        for piece in (mail.language, mail.subject):
            digest.update(piece.encode() + b"\0")
        for block in mail.blocks:
            digest.update(f"{block.kind}:{block.position}:{block.mask}".encode() + b"\0")
            digest.update(block.html + b"\0" + block.text + b"\0")
    return digest.digest()


def _rendered(
    material: Material,
    picks: Sequence[Pick],
    corrected: Sequence[tuple[int, Correction]],
    frame: Frame,
) -> Rendered:
    context = {
        "newsletter": {"name": frame.name, "description": frame.description},
        "publication": {
            "name": frame.publication,
            "postal_address": material.postal_address,
            "home_url": material.home_url,
        },
        "issue": {"number": material.number, "local_date": material.local_date},
        "zone": material.zone,
        "sections": list(_sections(material, picks, frame.language)),
        "corrections": [_correction(material, *each) for each in corrected],
    }
    return render(material.message, frame.language, context)


def _sections(
    material: Material, picks: Sequence[Pick], language: str
) -> Iterator[Mapping[str, Any]]:
    """The sections of one frame in reading order, each with the bits of its stories as `mask`."""
    by_id = {story.article_id: story for story in material.stories}
    in_order = sorted(picks, key=lambda pick: (pick.candidate.language != language, pick.position))
    placed = [
        (place, pick, by_id[pick.candidate.article_id]) for place, pick in enumerate(in_order)
    ]

    def key(entry: tuple[int, Pick, Story]) -> tuple[str, str]:
        return entry[2].language, entry[2].section_slug

    for (story_language, _), group in groupby(placed, key=key):
        entries = list(group)
        stories = [_story(material, place, pick, story) for place, pick, story in entries]
        stories[0]["is_lead"] = True
        yield {
            "position": stories[0]["position"],
            "mask": sum(story["mask"] for story in stories),
            "name": entries[0][2].section_name,
            "language": story_language,
            "stories": stories,
        }


def _story(material: Material, place: int, pick: Pick, story: Story) -> dict[str, Any]:
    return {
        "position": place,
        "mask": 1 << pick.position,
        "is_lead": False,
        "language": story.language,
        "url": story.url or f"{material.base_url}/articles/{story.article_id}/{quote(story.slug)}",
        "headline": story.headline,
        "standfirst": story.standfirst,
        "authors": list(story.authors),
        "updated_at": story.updated_at,
        # In the story's own language: a date in another script would upset the line's direction.
        "time": brief(story.updated_at, known_language(story.language), material.zone),
        "is_for_subscribers": not story.is_free,
        "picture": _picture(story),
    }


def _correction(material: Material, position: int, correction: Correction) -> dict[str, Any]:
    own_page = f"{material.base_url}/articles/{correction.article_id}/{correction.slug}"
    return {
        "position": position,
        "mask": 1 << position,
        "language": correction.language,
        "headline": correction.headline,
        "note": correction.note,
        "url": correction.url or own_page,
        "sent_on": day(correction.sent_on, known_language(correction.language)),
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
