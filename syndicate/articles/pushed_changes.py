"""How an article changes by what somebody says of it: byte by byte, all that is said. Pure.

A CMS pushes the whole article, so whatever differs is meant: a currency, a question mark, a right.
The lossy comparison of feeds, where nobody speaks, would overrule an editor.

    text or pictures differ            a revision: as it is named, else an update or a fix
    only a correction's note is new    a correction, on the text that stands
    rights, section, tags, language,   no revision: the article stands elsewhere from now on
    access, dates, address differ

What differs by our own reading alone is no news: a body that today's cleaning makes the same, and a
row from before anybody compared so. Of such a row a push that says what the last one said takes
away the rights that it withdrew, and nothing else.

Source: docs/decisions/0023-who-speaks-is-taken-at-their-word.md.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from syndicate.articles import moved
from syndicate.articles.changes import (
    Alter,
    Judged,
    KnownArticle,
    Placed,
    Tag,
    is_new_note,
    judge,
    kind_of,
    revised,
)
from syndicate.articles.embargoes import Hold
from syndicate.articles.story import ArticleText, story_of
from syndicate.characters import resolved
from syndicate.reading.clean import clean
from syndicate.reading.records import Entry, PictureIn
from syndicate.reading.text import picture_name
from syndicate.vocabulary.articles import ArticleState

# What readers see of a picture; the rest says where and how long they may.
_SHOWN = ("url", "caption", "credit", "alt", "media_type", "width", "height", "size_bytes")


@dataclass(frozen=True)
class Said:
    """What is said of an article, beside its text.

    Attributes:
        section_id: where it stands by that.
        language: of the text.
        tags: (slug, name) pairs.
        published: its date of publication when that is news, else None.
        is_repeated: the last push said the same, before pushes were compared by their bytes.
        is_first: no push was compared so yet; how tags are spelt is no news then.
    """

    section_id: int | None
    language: str
    tags: frozenset[Tag]
    published: dt.datetime | None = None
    is_repeated: bool = False
    is_first: bool = False


def alter(
    article: KnownArticle, entry: Entry, said: Said, hold: Hold, *, now: dt.datetime
) -> Alter | None:
    """How an article changes to be what is said of it now; None when it does not.

    Args:
        article: as it stands, neither killed nor taken down.
        entry: the whole article, as its CMS has it.
        said: what the entry means here.
        hold: whether it is held back from now on.
        now: aware UTC.
    """
    story = story_of(entry)
    if said.is_repeated:
        return _tightened(article, entry, story, hold, now)
    pictures = _with_rights(story, article.pictures)
    is_gone = hold.state in ArticleState.gone()
    judged = None if is_gone else _judged(article, story, pictures, entry, now)
    altered = Alter(
        found=None,
        row_id=None,
        article=article,
        story=story if judged and _is_other(story, article) else None,
        **revised(article, entry, judged, hold, now),
        note=entry.note,
        hold=hold,
        kind=kind_of(entry) or article.kind,
        access=entry.access or article.access,
        url=entry.link or article.url,
        readdressed=_readdressed(article, pictures),
        pictures=None if is_gone or pictures == article.pictures else pictures,
        tags=None if is_gone or _same_tags(article, said) else entry.tags,
        placed=None if is_gone else _placed(article, said, hold),
        is_spoken=True,
    )
    return altered if _is_news(altered) else None


def _judged(
    article: KnownArticle,
    story: ArticleText,
    pictures: tuple[PictureIn, ...],
    entry: Entry,
    now: dt.datetime,
) -> Judged | None:
    is_other = _is_other(story, article) or _shown(pictures) != _shown(article.pictures)
    if is_other or is_new_note(article, entry):
        return judge(article, story, entry, now)
    return None


def _is_other(story: ArticleText, article: KnownArticle) -> bool:
    """Whether a text says anything else than the one that stands, to the byte.

    What was stored is cleaned once more: older code may have left in what today's takes out.
    """
    if story.words == article.words:
        return False
    reread = clean(article.words.body_html, base=article.url)
    return story.words != dataclasses.replace(article.words, body_html=reread)


def _tightened(
    article: KnownArticle, entry: Entry, story: ArticleText, hold: Hold, now: dt.datetime
) -> Alter | None:
    """The rights that the last push withdrew and nobody heard: taken away, and no news."""
    if hold.state in ArticleState.gone() or hold.state != article.state:
        return None
    said = {each.url: each for each in _with_rights(story, article.pictures)}
    by_name = {picture_name(url): each for url, each in said.items()}
    kept = tuple(
        _within(each, said.get(each.url) or by_name.get(picture_name(each.url)))
        for each in article.pictures
    )
    if kept == article.pictures:
        return None
    return Alter(
        found=None,
        row_id=None,
        article=article,
        story=None,
        **revised(article, entry, None, hold, now),
        note=None,
        hold=hold,
        kind=article.kind,
        access=article.access,
        url=article.url,
        readdressed=(),
        pictures=kept,
        is_spoken=True,
    )


def _within(has: PictureIn, may: PictureIn | None) -> PictureIn:
    """A picture with no more rights than it may have."""
    if may is None:
        return has
    channels = has.channels
    if may.channels is not None:
        known = frozenset(may.channels if has.channels is None else has.channels)
        channels = tuple(each for each in may.channels if each in known)
    ends = [each for each in (has.rights_until, may.rights_until) if each is not None]
    return dataclasses.replace(has, channels=channels, rights_until=min(ends, default=None))


def _with_rights(story: ArticleText, before: tuple[PictureIn, ...]) -> tuple[PictureIn, ...]:
    """The pictures of a story with the rights that nobody spoke of as they are.

    Leaving out gives none away: a picture that is not named any more and stands in the body still
    keeps its own as well.
    """
    known = {each.url: each for each in before}
    distinct = {each.url: each for each in story.pictures}
    body = resolved(story.words.body_html)
    bound = (
        each
        for each in before
        if each.url not in distinct
        and (each.channels is not None or each.rights_until is not None)
        and each.url in body
    )
    return (*(_kept(each, known.get(each.url)) for each in distinct.values()), *bound)


def _kept(picture: PictureIn, before: PictureIn | None) -> PictureIn:
    kept = {name: getattr(before, name) for name in picture.keeps} if before else {}
    return dataclasses.replace(picture, **kept, keeps=())


def _shown(pictures: tuple[PictureIn, ...]) -> list[tuple[object, ...]]:
    return [tuple(getattr(each, name) for name in _SHOWN) for each in pictures]


def _readdressed(
    article: KnownArticle, pictures: tuple[PictureIn, ...]
) -> tuple[tuple[str, str], ...]:
    was = [each.url for each in article.pictures]
    return moved.pictures_of(was, (each.url for each in pictures))


def _same_tags(article: KnownArticle, said: Said) -> bool:
    if said.is_first:
        return {slug for slug, _ in said.tags} == {slug for slug, _ in article.tags}
    return said.tags == article.tags


def _placed(article: KnownArticle, said: Said, hold: Hold) -> Placed | None:
    published = said.published if hold.state is article.state is ArticleState.LIVE else None
    placed = Placed(said.section_id, said.language, published)
    return None if placed == Placed(article.section_id, article.language) else placed


def _is_news(altered: Alter) -> bool:
    article = altered.article
    stands = (altered.hold.state, altered.hold.until, altered.kind, altered.access, altered.url)
    stood = (article.state, article.hold.until, article.kind, article.access, article.url)
    differs = (altered.story, altered.change, altered.pictures, altered.tags, altered.placed)
    return stands != stood or any(each is not None for each in differs)
