"""What a feed entry may say beyond RSS and Atom: pictures, access, embargo, kind, what was changed.

Existing words are read where there are any, and `urn:syndicate:1` adds what nobody has a word for:

    media:content, media:thumbnail, media:credit, media:description   pictures, their rights holder
    prism:embargoDate, dcterms:available, syndicate:embargo           nothing is shown before
    dcterms:valid, where it is a period with a start                  nothing is shown before
    dcterms:accessRights, syndicate:access                            free, registered or paid
    syndicate:kind, :state, :change, :note, :section                  the rest of the article model

Source: Media RSS 1.5.1; PRISM Basic 3.0 (embargoDate); DCMI Metadata Terms (available and
accessRights).
"""

import datetime as dt
import enum
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree

from syndicate.reading import embargo_dates
from syndicate.reading.clean import absolute_url
from syndicate.reading.counters import is_lead
from syndicate.reading.feeds import elements
from syndicate.reading.feeds.elements import DCTERMS, MEDIA, PREFIXES, PRISM, SYNDICATE
from syndicate.reading.records import PictureIn
from syndicate.reading.text import plain
from syndicate.vocabulary.articles import Access, ArticleKind, ArticleState, Change

_WORDS: dict[str, dict[str, enum.StrEnum]] = {
    name: {member.value: member for member in members}
    for name, members in {
        "kind": tuple(ArticleKind),
        "access": tuple(Access),
        "state": ArticleState.stated(),
        "change": Change.stated(),
    }.items()
}
# Words that others have for ours.
_ACCESS_RIGHTS = {
    "open": Access.FREE,
    "open access": Access.FREE,
    "registration": Access.REGISTERED,
    "subscription": Access.PAID,
    "subscribers": Access.PAID,
    "premium": Access.PAID,
    **{each.value: each for each in Access},
}
# A word of somebody's own for a wall is still one: read as free, it would give the text away.
_WALLED = re.compile(
    r"regist(?P<registered>)|subscri|premium|paid|pay|member|restrict|closed|locked|meter|abonn"
)
MAX_PICTURES = 50
_SHOWING = frozenset({"content", "thumbnail"})
_HOLDING = frozenset({"content", "group"})
# "Channel", "PubDate": as some programs name their own fields.
_CAPITALISED = re.compile(
    r"rss|channel|item|feed|entry|title|link|guid|id|description|pubdate|lastbuilddate|author|category"
    r"|enclosure|language|content|summary|published|updated|ttl"
)
_WORDING = ("description", "text", "credit", "title")
_IN_CAPITALS = {"PUBDATE": "pubDate", "LASTBUILDDATE": "lastBuildDate"}


def split(tag: object) -> tuple[str, str]:
    """Namespace and local name of an element's tag, in the spelling that most feeds have.

    A feed may be written in capital letters, and a prefix of which its document says nothing means
    what everybody means by it.
    """
    return _split(str(tag))


@lru_cache(maxsize=1024)  # a feed has a dozen names, and thousands of elements
def _split(text: str) -> tuple[str, str]:
    namespace, name = "", text
    if text.startswith("{"):
        namespace, _, name = text[1:].partition("}")
    prefix, colon, rest = name.partition(":")
    if not namespace and colon and prefix in PREFIXES:
        namespace, name = PREFIXES[prefix], rest
    if (
        name[:1].isupper()
        and (name.isupper() or _CAPITALISED.fullmatch(name.lower()))
        and name != "RDF"
    ):
        name = _IN_CAPITALS.get(name.upper(), name.lower())
    return elements.namespace(namespace), name


def is_media(namespace: str) -> bool:
    """Whether a namespace is Media RSS."""
    return namespace == MEDIA


def text_of(element: etree._Element) -> str:
    """All the text of an element, tidy at its ends."""
    if not len(element):
        return (element.text or "").strip()
    return "".join(element.itertext()).strip()


def marks_of(item: etree._Element, *, now: dt.datetime, zone: str | None = None) -> dict[str, Any]:
    """What an entry says of itself, as keyword arguments of `Entry`; unknown words are left out.

    Embargo and state are no words to leave out: one that is not understood holds the article.

    Args:
        item: the entry's element.
        now: aware UTC.
        zone: IANA name of the zone of dates that name none; None when nobody knows.
    """
    found: dict[str, Any] = {}
    embargoes: list[str] = []
    for child in item.iterchildren(tag=etree.Element):
        namespace, name = split(child.tag)
        if is_embargo(namespace, name):
            embargoes.append(_line(child))
        elif namespace == DCTERMS and name == "valid":
            embargoes += _starts(_line(child))
        elif namespace == SYNDICATE:
            found |= own(name, _line(child))
        elif namespace == DCTERMS and name == "accessRights":
            access = _access_rights(_line(child).lower())
            if access:
                found.setdefault("access", access)
    return embargo_dates.joined(found, embargo_dates.embargo(embargoes, now=now, zone=zone))


def _starts(text: str) -> list[str]:
    """What is valid from a moment on may not be seen before; no other validity holds back."""
    return [text] if "start" in text.lower() else []


def is_embargo(namespace: str, name: str) -> bool:
    """Whether an element says before when nothing of its entry may be seen."""
    if namespace == SYNDICATE:
        return name == "embargo"
    is_of_prism = namespace.startswith(PRISM) and name.lower() == "embargodate"
    return is_of_prism or (namespace == DCTERMS and name == "available")


def _line(element: etree._Element) -> str:
    return " ".join(text_of(element).split())


def pictures_of(item: etree._Element, base: str | None) -> tuple[PictureIn, ...]:
    """The pictures of an entry: full ones first, thumbnails only where there is nothing else."""
    full: dict[str, PictureIn] = {}
    small: dict[str, PictureIn] = {}
    words: dict[etree._Element, dict[str, str]] = {}
    for element, context in _media_elements(item):
        name = split(element.tag)[1]
        url = absolute_url(element.get("url"), base)
        if url is None or not _is_picture(element, url, name) or not _is_lead(element, url):
            continue
        into = small if name == "thumbnail" else full
        if url not in into:
            into[url] = _picture(element, url, _said(element, words), _said(context, words))
        if len(into) == MAX_PICTURES:
            break
    return tuple((full or small).values())


def size_of(text: str | None) -> int | None:
    """A positive whole number, or None."""
    digits = (text or "").strip()
    value = int(digits) if digits.isdecimal() and len(digits) <= 15 else 0  # noqa: PLR2004 - bigint
    return value or None


def own(name: str, value: str) -> dict[str, Any]:
    """One mark of our own namespace as a keyword argument of `Entry`; nothing when unknown."""
    if name in {"note", "section"}:
        return {name: value[:1000]} if value else {}
    said = value.strip().lower()
    if name == "access" and said:
        # Only a newsroom that means it says this at all: what is no word of ours is no gift.
        return {name: _WORDS[name].get(said, Access.PAID)}
    if name == "state" and said and said not in _WORDS[name]:
        # Whoever says a state of their own means that it is not out: "withheld", "in review".
        return {"embargo_raw": f"state {said}"[: embargo_dates.MAX_RAW]}
    word = _WORDS.get(name, {}).get(said)
    return {name: word} if word is not None else {}


def _access_rights(words: str) -> Access | None:
    if words in _ACCESS_RIGHTS:
        return _ACCESS_RIGHTS[words]
    found = _WALLED.search(words)
    if found is None:
        return None
    return Access.PAID if found["registered"] is None else Access.REGISTERED


def _media_elements(item: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    """(picture element, element that holds its caption and credit) pairs."""
    for child in item.iterchildren(tag=etree.Element):
        namespace, name = split(child.tag)
        if (is_media(namespace) and name in _SHOWING) or name == "enclosure":
            yield child, item
        if is_media(namespace) and name in _HOLDING:
            yield from (
                (inner, child)
                for inner in child.iterchildren(tag=etree.Element)
                if split(inner.tag)[1] in _SHOWING
            )


def _is_picture(element: etree._Element, url: str, name: str) -> bool:
    if name == "thumbnail":
        return True
    said = f"{element.get('type', '')} {element.get('medium', '')}".lower()
    if said.strip():
        return "image" in said
    path = url.partition("?")[0].lower()
    return path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"))


def _is_lead(element: etree._Element, url: str) -> bool:
    return is_lead({name: element.get(name) for name in ("width", "height")}, url)


def _said(holder: etree._Element, words: dict[etree._Element, dict[str, str]]) -> dict[str, str]:
    """What an element says in the words of media, the first of each; an item is read once."""
    if holder not in words:
        found: dict[str, etree._Element] = {}
        for child in holder.iterchildren(tag=etree.Element):
            namespace, name = split(child.tag)
            if is_media(namespace) and name in _WORDING:
                found.setdefault(name, child)
        words[holder] = {name: plain(text_of(child)) for name, child in found.items()}
    return words[holder]


def _picture(
    element: etree._Element, url: str, within: dict[str, str], beside: dict[str, str]
) -> PictureIn:
    said = {**dict.fromkeys(_WORDING, ""), **beside, **within}
    return PictureIn(
        url=url,
        caption=said["description"] or said["text"],
        credit=said["credit"],
        alt=said["title"],
        media_type=element.get("type"),
        width=size_of(element.get("width")),
        height=size_of(element.get("height")),
        size_bytes=size_of(element.get("fileSize") or element.get("length")),
    )
