"""Recognising an entry: which article of the past it is, if any. Pure.

The ladder within one feed: guid, else link, else title and text. Where several entries of a
document share a rung, the link is added, then the title: publishers use one guid for four articles
(al-monitor), or one link for a whole feed. Two entries with the same guid, link and title are one.
"""

import dataclasses
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from syndicate.reading.records import Entry
from syndicate.reading.text import fingerprint, is_article_url, key_of, normal_url, word_list

_SCHEME = re.compile(r"^https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Identified:
    """An entry with the names under which it is looked up.

    Attributes:
        stem: fingerprint of its first rung; what it shares with those it may be confused with.
        keys: fingerprints of its three rungs, as hex, from the shortest to the longest.
        level: the shortest rung that is unique in its document.
        is_alone: no other entry of the document shares its stem.
        links: normalised addresses that belong to it alone.
        full: the entry with what its page adds; None when no page was read.
    """

    entry: Entry
    stem: bytes
    keys: tuple[str, str, str]
    level: int
    is_alone: bool
    links: tuple[str, ...]
    full: Entry | None = None

    @property
    def whole_entry(self) -> Entry:
        """All that is known of the article: entry and page."""
        return self.full or self.entry


@dataclass(frozen=True)
class KnownEntry:
    """An entry that this source brought before.

    Attributes:
        raw_published: its date of publication, as written.
        said_hash: fingerprint of what was pushed; None of a feed, and of what older code stored.
    """

    row_id: int
    article_id: int
    entry_key: str
    stem: bytes
    guid: str | None
    link: str | None
    title: str | None
    entry_hash: bytes
    published_at: dt.datetime
    raw_published: str | None = None
    said_hash: bytes | None = None


def identify(entries: Iterable[Entry]) -> list[Identified]:
    """Each distinct entry of one document with its names, in order."""
    distinct = {(each.guid, each.link, each.title): each for each in reversed(list(entries))}
    ordered = list(reversed(distinct.values()))
    ladders = [_ladder(each) for each in ordered]
    links = [_links(each) for each in ordered]
    counts = [Counter(ladder[level] for ladder in ladders) for level in range(3)]
    shared = Counter(link for theirs in links for link in theirs)
    return [
        Identified(
            entry=each,
            stem=fingerprint(ladder[0]),
            keys=(_key(ladder[0]), _key(ladder[1]), _key(ladder[2])),
            level=next((level for level in range(3) if counts[level][ladder[level]] == 1), 2),
            is_alone=counts[0][ladder[0]] == 1,
            links=tuple(key_of(link) for link in theirs if shared[link] == 1),
        )
        for each, ladder, theirs in zip(ordered, ladders, links, strict=True)
    ]


def match(
    found: Sequence[Identified], known: Iterable[KnownEntry]
) -> list[tuple[Identified, KnownEntry | None]]:
    """Each entry with what it was before, None when it is new. No two get the same."""
    by_stem: dict[bytes, list[KnownEntry]] = {}
    for before in known:
        by_stem.setdefault(before.stem, []).append(before)
    taken: dict[int, KnownEntry] = {}
    for is_same in (_is_same, _has_same_link, _has_same_title, _is_successor):
        for index, each in enumerate(found):
            candidates = by_stem.get(each.stem, [])
            if index in taken or not candidates:
                continue
            chosen = next((one for one in candidates if is_same(each, one, candidates)), None)
            if chosen is not None:
                taken[index] = chosen
                candidates.remove(chosen)
    return [(each, taken.get(index)) for index, each in enumerate(found)]


def entry_key(each: Identified, used: set[str]) -> str:
    """The name under which a new entry is kept: its shortest one that nobody has yet."""
    for key in each.keys[each.level :]:
        if key not in used:
            return key
    moment = each.entry.published or each.entry.updated
    return _key(f"{each.keys[2]}|{moment}|{each.entry.content[:2000]}")


def with_full(each: Identified, full: Entry) -> Identified:
    """An entry with its page read; the page may know a better address of itself."""
    links = dict.fromkeys((*each.links, *(key_of(link) for link in _links(full)[:1])))
    return dataclasses.replace(each, full=full, links=tuple(links) if each.links else ())


def _ladder(entry: Entry) -> tuple[str, str, str]:
    link = normal_url(entry.link) if entry.link else ""
    if entry.guid:
        # A move to https changes every guid that is an address, and no article.
        first = "g:" + _SCHEME.sub("//", entry.guid.strip())
    elif link:
        first = "l:" + link
    else:
        first = "t:" + fingerprint(entry.title, " ".join(word_list(entry.summary))).hex()
    title = " ".join(word_list(entry.title)) or fingerprint(entry.content).hex()
    second = f"{first}|{entry.link or ''}"
    return first, second, f"{second}|{entry.title}|{title}"


def _key(text: str) -> str:
    return fingerprint(text).hex()


def _links(entry: Entry) -> list[str]:
    found = [url for url in (entry.canonical, entry.link) if url and is_article_url(url)]
    return list(dict.fromkeys(normal_url(url) for url in found))


def _is_same(each: Identified, one: KnownEntry, _candidates: list[KnownEntry]) -> bool:
    return each.entry.link == one.link and each.entry.title == (one.title or "")


def _has_same_link(each: Identified, one: KnownEntry, _candidates: list[KnownEntry]) -> bool:
    if not each.entry.link or not one.link:
        return False
    is_same = normal_url(each.entry.link) == normal_url(one.link)
    # Where the link is shared as well, only the title tells.
    return is_same and each.level <= 1


def _has_same_title(each: Identified, one: KnownEntry, _candidates: list[KnownEntry]) -> bool:
    return bool(each.entry.title) and each.entry.title == one.title


def _is_successor(each: Identified, one: KnownEntry, candidates: list[KnownEntry]) -> bool:
    """A stem with exactly one entry then and now is one article, unless all of it changed."""
    if not each.is_alone or len(candidates) != 1:
        return False
    published = each.entry.published
    is_reused = (
        each.entry.link != one.link
        and each.entry.title != (one.title or "")
        and published is not None
        and published > one.published_at + dt.timedelta(minutes=1)
    )
    return not is_reused
