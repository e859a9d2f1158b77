"""What readers get of an entry: headline, standfirst, body, picture; its page may know better."""

import dataclasses
import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from syndicate import scripts
from syndicate.articles import letters
from syndicate.reading import embargo_dates, first_heading
from syndicate.reading.records import Entry, ParsedPage, PictureIn, Words
from syndicate.reading.text import fingerprint, is_article_url, plain, word_list

THIN_WORDS = 80  # fewer of them are a teaser, and the page is asked for the rest
MAX_STANDFIRST = 400
MAX_HEADLINE = 300
_SENTENCE = re.compile(r"(?<=[.!?…。؟])\s")
_CUT_HEADLINE = 90
# What is read of the same words is no other thing that is said; an embargo that is not is.
_READ = {"is_exact", "embargo_raw", "keeps_embargo", "has_own_language", "said"}
_OF_PICTURE = [each.name for each in dataclasses.fields(PictureIn) if each.name != "keeps"]
_NAMES = [each.name for each in dataclasses.fields(Entry) if each.name not in _READ]
# Fingerprints that are stored were taken of these; what came later counts where it says something.
_FIRST = _NAMES[: _NAMES.index("is_alert") + 1]
_FIELDS = attrgetter(*_FIRST)
_LATER = [each for each in dataclasses.fields(Entry) if each.name in _NAMES[len(_FIRST) :]]
# What a page knows of an article, by the names that an entry has for it; `with_page` has the rest.
_OF_PAGE = {"title": "headline", "summary": "standfirst"} | {
    each.name: each.name
    for each in dataclasses.fields(ParsedPage)
    if each.name in {*_NAMES, "is_exact", "has_own_language"}
    and each.name not in {"tags", "canonical", "embargo_until"}
}


@dataclass(frozen=True)
class ArticleText:
    """An article's text as it is stored.

    Attributes:
        pictures: the lead picture first.
    """

    words: Words
    pictures: tuple[PictureIn, ...]

    @cached_property
    def hash(self) -> bytes:
        """The fingerprint of all of it as readers see it."""
        return self.words.hash(self.pictures[0].url if self.pictures else None)


def story_read(entry: Entry) -> ArticleText:
    """The text that is stored for an entry that was read: its headline does not begin its body.

    What a CMS says to the byte stays as it says it: `story_of`.
    """
    body = first_heading.without(entry.content, [entry.title])
    return story_of(entry if body == entry.content else dataclasses.replace(entry, content=body))


def story_of(entry: Entry) -> ArticleText:
    """The text of an entry as it says it."""
    standfirst = entry.summary or plain(entry.content)
    headline = entry.title or _shortened(standfirst, _CUT_HEADLINE)
    headline = headline[:MAX_HEADLINE] or (entry.link or entry.guid or "")[:MAX_HEADLINE]
    standfirst = _fitting(standfirst)
    said = Words.of(entry, headline=headline, standfirst=standfirst, body_html=entry.content)
    return ArticleText(said, _pictures(entry))


def standfirst_of(body: str) -> str:
    """The standfirst of an article that has none of its own, out of its body's HTML."""
    return _fitting(plain(body))


def entry_hash(entry: Entry) -> bytes:
    """The fingerprint of everything that an entry says: nothing was done to it while it stays."""
    held = [f"held: {entry.embargo_raw}"] if entry.embargo_raw else []
    later = [(each.name, getattr(entry, each.name), each.default) for each in _LATER]
    more = [f"{name}: {_flat(value)!r}" for name, value, default in later if value != default]
    return fingerprint(repr(tuple(map(_flat, _FIELDS(entry)))), *held, *more)


def is_thin(entry: Entry) -> bool:
    """Whether an entry is only a teaser of its article."""
    return len(word_list(plain(entry.content))) < THIN_WORDS


def may_fetch_page(entry: Entry) -> bool:
    """Whether an entry has a page of its own that could be asked for more."""
    return entry.link is not None and is_article_url(entry.link)


def with_page(entry: Entry, page: ParsedPage, *, is_described: bool) -> Entry:
    """An entry with what its page knows better.

    Args:
        entry: from the feed.
        page: its article page.
        is_described: a profile describes the page, so its word counts more than the feed's.
    """
    feed = {name: getattr(entry, name) for name in _OF_PAGE}
    own = page_fields(page)
    first, second = (own, feed) if is_described else (feed, own)
    merged: dict[str, Any] = {name: first[name] or second[name] for name in feed}
    dated = first if first["published"] else second
    merged["is_exact"] = dated["is_exact"]
    spoken = _spoken(merged, first, second)
    merged |= {name: spoken[name] for name in ("language", "has_own_language")}
    longer = len(plain(page.body)) > len(plain(entry.content))
    if page.body and (is_described or longer):
        merged["content"] = page.body
    else:
        merged["content"] = entry.content or page.body
    merged |= embargo_dates.joined(_embargo(entry), _embargo(page))
    merged["tags"] = tuple(dict.fromkeys((*entry.tags, *page.tags)))[:50]
    merged["canonical"] = page.canonical or entry.canonical
    return dataclasses.replace(entry, **merged)


def _spoken(
    merged: Mapping[str, Any], first: Mapping[str, Any], second: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Which of two says the language of a story: the second where the first's is not so written."""
    if not first["language"]:
        return second
    if first["has_own_language"] or not second["language"]:
        return first
    script = scripts.script_of(f"{merged['title']}\n{merged['summary']}")
    is_other = bool(script) and not letters.uses(first["language"], script)
    return second if is_other and letters.uses(second["language"], script) else first


def page_fields(page: ParsedPage) -> dict[str, Any]:
    """What a page says and is taken as it is said, by the names that an entry has for it."""
    return {name: getattr(page, its) for name, its in _OF_PAGE.items()}


def _flat(value: Any) -> Any:
    """A field as `dataclasses.astuple` has it, without its deep copy of every text."""
    if value.__class__ is tuple and value and dataclasses.is_dataclass(value[0]):
        if isinstance(value[0], PictureIn):
            return tuple(tuple(getattr(each, name) for name in _OF_PICTURE) for each in value)
        return tuple(dataclasses.astuple(each) for each in value)
    # As it is written: the fingerprints that are stored were taken of words.
    return value.value if isinstance(value, enum.StrEnum) else value


def _embargo(said: Entry | ParsedPage) -> dict[str, Any]:
    return {"embargo_until": said.embargo_until, "embargo_raw": said.embargo_raw}


def _pictures(entry: Entry) -> tuple[PictureIn, ...]:
    if entry.pictures:
        return entry.pictures
    return tuple(
        PictureIn(each.url, media_type=each.media_type, size_bytes=each.size_bytes)
        for each in entry.enclosures
        if (each.media_type or "").startswith("image/")
    )


def _fitting(text: str) -> str:
    return _sentences(text) if len(text) > MAX_STANDFIRST else text


def _sentences(text: str) -> str:
    """The first sentences that fit."""
    found = ""
    for sentence in _SENTENCE.split(text):
        if len(found) + len(sentence) >= MAX_STANDFIRST:
            break
        found = f"{found} {sentence}".strip()
    return found or _shortened(text, MAX_STANDFIRST)


def _shortened(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return (
        text[: length - 1].rpartition(" ")[0].rstrip(" ,;:") + "…" if " " in text else text[:length]
    )
