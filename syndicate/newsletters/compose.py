"""An issue from its material: chosen, rendered in each language, and hashed; touches no row.

    Material (read in one transaction) ─> compose ─> Draft ─> `run` freezes it

The same material gives the same draft: the hash in a dry run is the hash of what is sent. A story
that cannot be sent by email is left out and named (`newsletters.unusable`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from syndicate import logs
from syndicate.errors import OversizeError, SyndicateError, UnrenderableError
from syndicate.newsletters import unusable
from syndicate.newsletters.corrections import owed
from syndicate.newsletters.material import Frame, Material, context
from syndicate.newsletters.select import Candidate, Order, Placement, select
from syndicate.newsletters.unusable import Piece, Unusable
from syndicate.render.email import Rendered, render
from syndicate.store.composition.corrections import LaterChange
from syndicate.store.composition.stories import Story
from syndicate.vocabulary.newsletters import MAX_STORIES

log = logs.get(__name__)

# Each try at an issue that is over the size that mail programs show whole has a fifth less.
SHRINK = 0.8


@dataclass(frozen=True)
class Draft:
    """A composed issue that nothing was written of.

    Attributes:
        chosen: (position, story) pairs in the order of positions.
        corrected: (position, correction) pairs behind them.
        rendered: one mail per language; empty when there is nothing to say.
        content_hash: SHA-256 over subjects and blocks; the same material, the same hash.
        unfitting: stories that fitted the window but not the issue.
        unusable: stories and corrections that cannot be sent by email.
    """

    chosen: tuple[tuple[int, Story], ...]
    corrected: tuple[tuple[int, LaterChange], ...]
    rendered: tuple[Rendered, ...]
    content_hash: bytes
    unfitting: int
    unusable: tuple[Unusable, ...] = ()

    @property
    def article_ids(self) -> set[int]:
        """Of all whose words it has."""
        chosen = {each.article_id for _, each in self.chosen}
        return chosen | {each.article_id for _, each in self.corrected}

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
        UnrenderableError: the frame cannot be made, or none of the stories can be put into a mail.
    """
    fitting = len(choose(material, MAX_STORIES))
    limit = min(material.max_stories, MAX_STORIES)
    found: list[Unusable] = []
    while True:
        picks = choose(material, limit)
        if not picks and found:
            raise UnrenderableError(f"None of its stories is left. {unusable.sentence(found)}")
        if not picks and not with_notice:
            return Draft((), (), (), b"", 0)
        corrected = owed(material.corrections, stories=len(picks))
        try:
            rendered = _in_each_frame(material, picks, corrected)
        except (OversizeError, UnrenderableError) as error:
            more = _at_fault(material, picks, corrected, error)
            found += more
            material = _without(material, more)
            if not more:
                limit = _smaller(len(picks), error)
            continue
        by_id = {story.article_id: story for story in material.stories}
        chosen = tuple((pick.position, by_id[pick.candidate.article_id]) for pick in picks)
        unfitting = max(0, fitting - len(picks) - len(found))
        return Draft(chosen, corrected, rendered, hash_of(rendered), unfitting, tuple(found))


def recompose(
    material: Material,
    chosen: Mapping[int, Story],
    corrected: Sequence[tuple[int, LaterChange]],
) -> tuple[tuple[Rendered, ...], tuple[Unusable, ...]]:
    """Render an issue that was composed before with the texts of now; nothing moves.

    Args:
        material: what it is made of; its stories are those chosen.
        chosen: story by position; of positions that are missing nothing is shown.
        corrected: (position, correction) pairs.

    Returns:
        One mail per language, and what could not be put into them any more: its positions are
        missing.

    Raises:
        OversizeError: the mail is over 90 KB now; an editor, who is there, makes it shorter.
        UnrenderableError: the frame cannot be made, or none of the stories is left.
    """
    picks = [Placement(position, _candidate(story)) for position, story in sorted(chosen.items())]
    found: tuple[Unusable, ...] = ()
    while True:
        try:
            return _in_each_frame(material, picks, corrected), found
        except UnrenderableError as error:
            more = _at_fault(material, picks, corrected, error)
            found += more
            gone = {each.article_id for each in more}
            picks = [pick for pick in picks if pick.candidate.article_id not in gone]
            corrected = [each for each in corrected if each[1].article_id not in gone]
            if not more or not picks:
                raise


def choose(material: Material, limit: int) -> tuple[Placement, ...]:
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


def _in_each_frame(
    material: Material, picks: Sequence[Placement], corrected: Sequence[tuple[int, LaterChange]]
) -> tuple[Rendered, ...]:
    return tuple(_rendered(material, picks, corrected, frame) for frame in material.frames)


def _at_fault(
    material: Material,
    picks: Sequence[Placement],
    corrected: Sequence[tuple[int, LaterChange]],
    error: SyndicateError,
) -> tuple[Unusable, ...]:
    by_id = {story.article_id: story for story in material.stories}
    stories = (
        Piece(
            pick.candidate.article_id,
            by_id[pick.candidate.article_id].words.headline,
            1 << pick.position,
            partial(_in_each_frame, material, [pick], []),
        )
        for pick in picks
    )
    corrections = (
        Piece(
            each.article_id,
            # Of what was withdrawn no word is shown anywhere.
            "" if each.is_withdrawn else each.headline,
            1 << position,
            partial(_in_each_frame, material, [], [(position, each)]),
        )
        for position, each in corrected
    )
    frame = partial(_in_each_frame, material, [], [])
    return unusable.at_fault((*stories, *corrections), error, frame)


def _without(material: Material, found: Sequence[Unusable]) -> Material:
    gone = {each.article_id for each in found}
    return replace(
        material,
        stories=tuple(each for each in material.stories if each.article_id not in gone),
        corrections=tuple(each for each in material.corrections if each.article_id not in gone),
    )


def _smaller(stories: int, error: SyndicateError) -> int:
    """How many stories to try next, where there are only too many of them.

    Raises:
        SyndicateError: the one given; no number of stories would help.
    """
    limit = int(stories * SHRINK)
    if not limit or not isinstance(error, OversizeError):
        raise error
    log.warning("issue_shrunk", stories=limit, size_bytes=error.ids["size_bytes"])
    return limit


def _rendered(
    material: Material,
    picks: Sequence[Placement],
    corrected: Sequence[tuple[int, LaterChange]],
    frame: Frame,
) -> Rendered:
    try:
        given = context(material, picks, corrected, frame)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise UnrenderableError(
            f"The mail {material.message} cannot be made ({type(error).__name__})."
        ) from error
    return render(material.message, frame.language, given)
