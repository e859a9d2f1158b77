"""What a known article becomes by what is said of it now, and how a changed text is judged. Pure.

a feed or page lay there ─> `alter`: nobody speaks, what readers see is compared by its words
somebody spoke ───────────> `spoken.alter`: byte by byte

* a change is material when the headline or more than 3 % of the text changed, or the publisher
  moved its `updated`; only such a change moves ours, and nobody's is ever called a correction;
* of a feed at most 24 changes that are not material, then no more: some pages never hold still;
* a text that came damaged, with bytes that are no characters, changes nothing: what stands stays;
* a live blog's changes are gathered into one revision per ten minutes, corrections apart.
"""

import dataclasses
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from syndicate.articles import embargoes, moved
from syndicate.articles.embargoes import Hold
from syndicate.articles.identity import Identified
from syndicate.articles.story import ArticleText, standfirst_of, story_of, story_read
from syndicate.reading.feeds.noise import NamedStory, without_invitation, without_noise
from syndicate.reading.records import Entry, PictureIn, Words
from syndicate.reading.text import plain, word_list
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change

MATERIAL_SHARE = 0.03
MAX_IMMATERIAL = 24
GATHER = dt.timedelta(minutes=10)
# Words beside headline and names: "by", a place, a role; "the post … appeared first on" and a site.
_MOST_OF_A_BYLINE = 4
_MOST_OF_A_CLOSING_LINE = 20
_LIVE_TAGS = frozenset({"live", "liveblog", "live blog", "live-blog", "live updates"})
_UNSEEN = frozenset({ArticleState.DRAFT, ArticleState.EMBARGOED})
Tag = tuple[str, str]


@dataclass(frozen=True)
class KnownArticle:
    """An article as it stands, with what judging a change of it needs.

    Attributes:
        first_source_id: the source that brought it first, and speaks for it.
        immaterial: how many of its revisions were not material.
        revised_at: when its newest revision was made.
        notes: of its corrections.
        url: the newsroom's page of it.
        pictures: the lead picture first.
        tags: (slug, name) pairs.
        embargo_said: what its source said of an embargo; None when that was never written down.
    """

    id: int
    state: ArticleState
    kind: ArticleKind
    access: Access
    embargo_until: dt.datetime | None
    embargo_said: str | None
    words: Words
    language: str
    section_id: int | None
    published_at: dt.datetime
    is_dated: bool
    updated_at: dt.datetime
    first_source_id: int | None
    immaterial: int
    revised_at: dt.datetime
    notes: frozenset[str]
    url: str | None
    pictures: tuple[PictureIn, ...]
    tags: frozenset[Tag]

    @property
    def hold(self) -> Hold:
        """Whether and until when it is held back."""
        until = self.embargo_until if self.state is ArticleState.EMBARGOED else None
        return Hold(self.state, until, self.embargo_said)

    @property
    def hash(self) -> bytes:
        """The fingerprint of its words as readers see them.

        Of what is stored, never a hash that was stored: an upgrade may take it in another way.
        """
        return ArticleText(self.words, self.pictures).hash


@dataclass(frozen=True)
class Placed:
    """Where an article stands and since when, as whoever pushes it says.

    Attributes:
        published_at: None leaves it.
    """

    section_id: int | None
    language: str
    published_at: dt.datetime | None = None


@dataclass(frozen=True)
class Alter:
    """Change an article.

    Attributes:
        story: its new text, None when that stays.
        change: what a new revision is called; None makes none.
        is_gathered: the newest revision takes the text, instead of a new one.
        published_at: None leaves it.
        updated_at: moved by a material change only.
        url: where the newsroom has it from now on.
        readdressed: (old, new) addresses of pictures that moved to another host.
        pictures: all of them from now on; None leaves them.
        tags: all of them from now on; None adds what the entry names to a new text.
        placed: None leaves section and language.
        is_spoken: somebody said all of it: pictures have the rights that it names, and no others.
    """

    found: Identified | None
    row_id: int | None
    article: KnownArticle
    story: ArticleText | None
    change: Change | None
    is_material: bool
    is_gathered: bool
    note: str | None
    hold: Hold
    kind: ArticleKind
    access: Access
    published_at: dt.datetime | None
    updated_at: dt.datetime
    url: str | None
    readdressed: tuple[tuple[str, str], ...]
    pictures: tuple[PictureIn, ...] | None = None
    tags: tuple[str, ...] | None = None
    placed: Placed | None = None
    is_spoken: bool = False


@dataclass(frozen=True)
class Judged:
    """What a changed text is called.

    Attributes:
        change: of the new revision; None makes none.
        is_gathered: the newest revision takes it.
    """

    change: Change | None
    is_material: bool
    is_gathered: bool = False


def alter(
    article: KnownArticle, entry: Entry, *, now: dt.datetime, hold: Hold | None = None
) -> Alter | None:
    """How an article changes to be what a feed or page says now; None when it does not.

    Args:
        article: as it stands, neither killed nor taken down.
        entry: what its source says.
        now: aware UTC.
        hold: whether it is held back from now on; None: as a feed says.
    """
    story = story_read(entry)
    hold = hold or embargoes.of_known(entry, article.hold, now, is_pushed=False)
    access = entry.access or article.access
    kind = kind_of(entry) or article.kind
    judged = None if hold.state in ArticleState.gone() else _of_feed(article, story, entry, now)
    url = moved.page_of(article.url, entry.link)
    was = [each.url for each in article.pictures]
    readdressed = moved.pictures_of(was, (each.url for each in story.pictures))
    is_same = (hold.state, hold.until, access, kind, url, readdressed) == (
        article.state,
        article.hold.until,
        article.access,
        article.kind,
        article.url,
        (),
    )
    if judged is None and is_same:
        return None
    return Alter(
        found=None,
        row_id=None,
        article=article,
        story=story if judged else None,
        **revised(article, entry, judged, hold, now),
        note=entry.note,
        hold=hold,
        kind=kind,
        access=access,
        url=url,
        readdressed=readdressed,
        pictures=story.pictures if judged else None,
    )


def judge(article: KnownArticle, story: ArticleText, entry: Entry, now: dt.datetime) -> Judged:
    """What a text that differs is called."""
    is_material = _is_material(article, story, entry)
    is_live = (kind_of(entry) or article.kind) is ArticleKind.LIVE
    if is_live and entry.change is not Change.CORRECTION and now - article.revised_at < GATHER:
        return Judged(None, is_material, is_gathered=True)
    change = entry.change or (Change.UPDATE if is_material else Change.FIX)
    is_news = change in {Change.UPDATE, Change.CORRECTION}
    return Judged(change, is_news or (is_material and change is not Change.FIX))


def is_new_note(article: KnownArticle, entry: Entry) -> bool:
    """Whether an entry corrects by its note alone: it says what was wrong, and nobody said so."""
    return (
        entry.change is Change.CORRECTION and bool(entry.note) and entry.note not in article.notes
    )


def revised(
    article: KnownArticle, entry: Entry, judged: Judged | None, hold: Hold, now: dt.datetime
) -> dict[str, Any]:
    """Name and times of a change, as keyword arguments of `Alter`."""
    found = judged or Judged(None, is_material=False)
    goes_live = hold.state is ArticleState.LIVE and article.state in _UNSEEN
    moves = goes_live or (found.is_material and not found.is_gathered)
    return {
        "change": Change.KILL if hold.state is ArticleState.KILLED else found.change,
        "is_material": found.is_material,
        "is_gathered": found.is_gathered,
        "published_at": now if goes_live else None,
        "updated_at": _moved(article, entry, now) if moves else article.updated_at,
    }


def kind_of(entry: Entry) -> ArticleKind | None:
    """What sort of piece an entry says it is; None when it does not."""
    if entry.kind:
        return entry.kind
    if any(tag.lower() in _LIVE_TAGS for tag in entry.tags):
        return ArticleKind.LIVE
    return None


def text_change(before: str, after: str) -> float:
    """How much of a text changed: 0 is nothing, 1 everything. Pairs of neighbouring words count."""
    old, new = _pairs(before), _pairs(after)
    total = old.total() + new.total()
    if not total:
        return 0.0
    return ((old - new).total() + (new - old).total()) / total


def _of_feed(
    article: KnownArticle, story: ArticleText, entry: Entry, now: dt.datetime
) -> Judged | None:
    """What a feed's text is called, None when readers see the same.

    Older code stored headline and byline at the head of a body as well, and at its end the line
    that a program adds; that alone is no change.
    """
    is_damaged = story.words.damages > article.words.damages
    if is_damaged or article.hash in {story.hash, story_of(entry).hash}:
        return None
    if _lost_nothing(article, story, entry):
        return None
    judged = judge(article, story, entry, now)
    is_little = not (judged.is_material or entry.change)
    return None if is_little and article.immaterial >= MAX_IMMATERIAL else judged


def _lost_nothing(article: KnownArticle, story: ArticleText, entry: Entry) -> bool:
    """Whether a text is the one that is stored, but for what its page or its program adds."""
    was, now = article.words, story.words
    headline = word_list(now.headline)
    byline = word_list(" ".join(now.authors))
    named = NamedStory(now.headline, entry.link)
    as_read_now = without_invitation(without_noise(was.body_html, named), named)
    pairs: list[tuple[tuple[str, ...], str]] = [
        ((was.body_html, as_read_now), plain(now.body_html))
    ]
    if entry.summary or was.standfirst != standfirst_of(was.body_html):
        pairs.append(((was.standfirst,), now.standfirst))
    for olds, new in pairs:
        said = (word_list(plain(old)) for old in olds)
        if not any(_is_less_of(old, word_list(new), headline, byline) for old in said):
            return False
    kept = dataclasses.replace(now, body_html=was.body_html, standfirst=was.standfirst)
    return ArticleText(kept, story.pictures).hash == article.hash


def _is_less_of(old: list[str], new: list[str], headline: list[str], byline: list[str]) -> bool:
    """Whether words are those of before without some at the beginning or the end.

    Args:
        old: the words of before.
        new: those of now.
        headline: its words may be among those that went.
        byline: so may its words.
    """
    less = len(old) - len(new)
    if less < 0 or less > len(headline) + len(byline) + _MOST_OF_A_CLOSING_LINE:
        return False
    if not less:
        return old == new
    begun, ended = Counter(old[:less]), Counter(old[len(new) :])
    if old[less:] == new and any(said and not Counter(said) - begun for said in (headline, byline)):
        return (begun - Counter(headline + byline)).total() <= _MOST_OF_A_BYLINE
    # A closing line names its story; other last words that went are an editor's cut.
    if old[: len(new)] == new and headline and not Counter(headline) - ended:
        return (ended - Counter(headline + byline)).total() <= _MOST_OF_A_CLOSING_LINE
    return False


def _pairs(text: str) -> Counter[tuple[str, str]]:
    found = word_list(text)
    return Counter(zip(["", *found], [*found, ""], strict=True))


def _is_material(article: KnownArticle, story: ArticleText, entry: Entry) -> bool:
    if word_list(story.words.headline) != word_list(article.words.headline):
        return True
    if entry.updated is not None and entry.updated > article.updated_at:
        return True
    before, after = article.words.body_html, story.words.body_html
    return text_change(plain(before), plain(after)) > MATERIAL_SHARE


def _moved(article: KnownArticle, entry: Entry, now: dt.datetime) -> dt.datetime:
    said = entry.updated
    if said is not None and article.updated_at < said <= now:
        return said
    return now
