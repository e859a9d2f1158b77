"""How a known article changes by what its source says of it now. Pure.

entry ─> Alter (text, state, access), or nothing

* what readers see decides (`visible_hash`), never dates, query strings or the featured box;
* a change is material when the headline or more than 3 % of the text changed, or the publisher
moved its `updated`; only such a change moves ours;
* at most 24 changes that are not material, then no more: some pages never hold still;
* a live blog's changes are gathered into one revision per ten minutes.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from syndicate.collect import holds, moved
from syndicate.collect.holds import DONE, ArticleState, Hold
from syndicate.collect.identity import Identified
from syndicate.collect.records import Access, Change, Entry, Kind
from syndicate.collect.story import Story, story_of
from syndicate.collect.text import plain, words

MATERIAL_SHARE = 0.03
MAX_IMMATERIAL = 24
GATHER = dt.timedelta(minutes=10)
_LIVE_TAGS = frozenset({"live", "liveblog", "live blog", "live-blog", "live updates"})


@dataclass(frozen=True)
class KnownArticle:
    """An article as it stands, with what judging a change of it needs.

    Attributes:
        text: plain text of its body.
        first_source_id: the source that brought it first, and speaks for it.
        immaterial: how many of its revisions were not material.
        revised_at: when its newest revision was made.
        url: the newsroom's page of it.
        pictures: addresses of its pictures, the lead picture first.
        embargo_said: what its source said of an embargo; None when that was never written down.
    """

    id: int
    state: ArticleState
    kind: Kind
    access: Access
    embargo_until: dt.datetime | None
    embargo_said: str | None
    headline: str
    text: str
    visible_hash: bytes
    updated_at: dt.datetime
    first_source_id: int | None
    immaterial: int
    revised_at: dt.datetime
    url: str | None
    pictures: tuple[str, ...]

    @property
    def hold(self) -> Hold:
        """Whether and until when it is held back."""
        until = self.embargo_until if self.state == "embargoed" else None
        return Hold(self.state, until, self.embargo_said)


@dataclass(frozen=True)
class Alter:
    """Change an article.

    Attributes:
        story: its new text, None when only its state or access changes.
        change: what a new revision is called; None makes none.
        is_gathered: the newest revision takes the text, instead of a new one.
        updated_at: moved by a material change only.
        url: where the newsroom has it from now on.
        readdressed: (old, new) addresses of pictures that moved to another host.
    """

    found: Identified | None
    row_id: int | None
    article: KnownArticle
    story: Story | None
    change: Change | None
    is_material: bool
    is_gathered: bool
    note: str | None
    hold: Hold
    kind: Kind
    access: Access
    published_at: dt.datetime | None
    updated_at: dt.datetime
    url: str | None
    readdressed: tuple[tuple[str, str], ...]


def alter(
    article: KnownArticle, entry: Entry, *, now: dt.datetime, hold: Hold | None = None
) -> Alter | None:
    """How an article changes to be what an entry says now; None when it does not.

    Args:
        article: as it stands, neither killed nor taken down.
        entry: what its source says.
        now: aware UTC.
        hold: whether it is held back from now on; None: as a feed says.
    """
    story = story_of(entry)
    hold = hold or holds.of_known(entry, article.hold, now, is_pushed=False)
    state = hold.state
    access = entry.access or article.access
    kind = kind_of(entry) or article.kind
    has_text = story.hash != article.visible_hash and state not in DONE
    is_material = has_text and _is_material(article, story, entry)
    is_gathered = has_text and kind == "live" and now - article.revised_at < GATHER
    if has_text and not (is_material or entry.change) and article.immaterial >= MAX_IMMATERIAL:
        has_text = False
    url = moved.page_of(article.url, entry.link)
    readdressed = moved.pictures_of(article.pictures, (each.url for each in story.pictures))
    is_same = (hold.state, hold.until, access, kind, url, readdressed) == (
        article.state,
        article.hold.until,
        article.access,
        article.kind,
        article.url,
        (),
    )
    if not has_text and is_same:
        return None
    change: Change | None = None
    if has_text and not is_gathered:
        change = entry.change or ("update" if is_material else "fix")
        is_material = change in {"update", "correction"} or (is_material and change != "fix")
    goes_live = state == "live" and article.state in {"embargoed", "draft"}
    moves = goes_live or (is_material and not is_gathered)
    return Alter(
        found=None,
        row_id=None,
        article=article,
        story=story if has_text else None,
        change="kill" if state == "killed" else change,
        is_material=is_material,
        is_gathered=is_gathered,
        note=entry.note,
        hold=hold,
        kind=kind,
        access=access,
        published_at=now if goes_live else None,
        updated_at=_moved(article, entry, now) if moves else article.updated_at,
        url=url,
        readdressed=readdressed,
    )


def kind_of(entry: Entry) -> Kind | None:
    """What sort of piece an entry says it is; None when it does not."""
    if entry.kind:
        return entry.kind
    if any(tag.lower() in _LIVE_TAGS for tag in entry.tags):
        return "live"
    return None


def text_change(before: str, after: str) -> float:
    """How much of a text changed: 0 is nothing, 1 everything. Pairs of neighbouring words count."""
    old, new = _pairs(before), _pairs(after)
    total = old.total() + new.total()
    if not total:
        return 0.0
    return ((old - new).total() + (new - old).total()) / total


def _pairs(text: str) -> Counter[tuple[str, str]]:
    found = words(text)
    return Counter(zip(["", *found], [*found, ""], strict=True))


def _is_material(article: KnownArticle, story: Story, entry: Entry) -> bool:
    if words(story.headline) != words(article.headline):
        return True
    if entry.updated is not None and entry.updated > article.updated_at:
        return True
    return text_change(article.text, plain(story.body)) > MATERIAL_SHARE


def _moved(article: KnownArticle, entry: Entry, now: dt.datetime) -> dt.datetime:
    said = entry.updated
    if said is not None and article.updated_at < said <= now:
        return said
    return now
