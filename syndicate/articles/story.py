"""What readers get of an entry: headline, standfirst, body, picture; its page may know better."""

import dataclasses
import enum
import re
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from syndicate.reading import embargo
from syndicate.reading.records import Entry, ParsedPage, PictureIn
from syndicate.reading.text import fingerprint, is_article_url, plain, visible_hash, words

THIN_WORDS = 80  # fewer of them are a teaser, and the page is asked for the rest
MAX_STANDFIRST = 400
MAX_HEADLINE = 300
_SENTENCE = re.compile(r"(?<=[.!?…。؟])\s")
_CUT_HEADLINE = 90
# What is read of the same words is no other thing that is said; an embargo that is not is.
_READ = {"is_exact", "embargo_raw", "keeps_embargo", "said"}
_OF_PICTURE = [each.name for each in dataclasses.fields(PictureIn) if each.name != "keeps"]
_FIELDS = attrgetter(*(each.name for each in dataclasses.fields(Entry) if each.name not in _READ))


@dataclass(frozen=True)
class ArticleText:
    """An article's text as it is stored.

    Attributes:
        headline, standfirst: plain text.
        body: cleaned HTML.
        pictures: the lead picture first.
        hash: fingerprint of all of it by its words.
    """

    headline: str
    standfirst: str
    body: str
    authors: tuple[str, ...]
    pictures: tuple[PictureIn, ...]
    hash: bytes

    @property
    def text(self) -> tuple[str, str, str, tuple[str, ...]]:
        """Its words and their markup, to the byte."""
        return self.headline, self.standfirst, self.body, self.authors


def story_of(entry: Entry) -> ArticleText:
    """The text that is stored for an entry."""
    standfirst = entry.summary or plain(entry.content)
    headline = entry.title or _shortened(standfirst, _CUT_HEADLINE)
    standfirst = _fitting(standfirst)
    pictures = _pictures(entry)
    headline = headline[:MAX_HEADLINE] or (entry.link or entry.guid or "")[:MAX_HEADLINE]
    return ArticleText(
        headline=headline,
        standfirst=standfirst,
        body=entry.content,
        authors=entry.authors,
        pictures=pictures,
        hash=visible_hash(
            headline=headline,
            standfirst=standfirst,
            authors=entry.authors,
            body=entry.content,
            picture=pictures[0].url if pictures else None,
        ),
    )


def standfirst_of(body: str) -> str:
    """The standfirst of an article that has none of its own, out of its body's HTML."""
    return _fitting(plain(body))


def entry_hash(entry: Entry) -> bytes:
    """The fingerprint of everything that an entry says: nothing was done to it while it stays."""
    held = f"held: {entry.embargo_raw}" if entry.embargo_raw else ""
    return fingerprint(repr(tuple(map(_flat, _FIELDS(entry)))), *([held] if held else []))


def is_thin(entry: Entry) -> bool:
    """Whether an entry is only a teaser of its article."""
    return len(words(plain(entry.content))) < THIN_WORDS


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
    feed, own = _feed_fields(entry), _page_fields(page)
    first, second = (own, feed) if is_described else (feed, own)
    merged: dict[str, Any] = {name: first[name] or second[name] for name in feed}
    dated = first if first["published"] else second
    merged["is_exact"] = dated["is_exact"]
    longer = len(plain(page.body)) > len(plain(entry.content))
    if page.body and (is_described or longer):
        merged["content"] = page.body
    else:
        merged["content"] = entry.content or page.body
    merged |= embargo.joined(_embargo(entry), _embargo(page))
    merged["tags"] = tuple(dict.fromkeys((*entry.tags, *page.tags)))[:50]
    merged["canonical"] = page.canonical or entry.canonical
    return dataclasses.replace(entry, **merged)


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


def _feed_fields(entry: Entry) -> dict[str, object]:
    names = [
        "title",
        "published",
        "updated",
        "raw_published",
        "is_exact",
        "summary",
        "authors",
        "pictures",
        "language",
        "kind",
        "access",
        "section",
    ]
    return {name: getattr(entry, name) for name in names}


def _page_fields(page: ParsedPage) -> dict[str, object]:
    return {
        "title": page.headline,
        "published": page.published,
        "updated": page.updated,
        "raw_published": page.raw_published,
        "is_exact": page.is_exact,
        "summary": page.standfirst,
        "authors": page.authors,
        "pictures": page.pictures,
        "language": page.language,
        "kind": page.kind,
        "access": page.access,
        "section": page.section,
    }


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
