"""A source profile: where a site's own template keeps what. It beats every guess.

A profile is a JSON object; each field is one CSS selector or an object with `select` and more:

    {"headline": "h1", "standfirst": ".summary", "section": ".section", "byline": ".author",
     "updated": {"select": "#date", "format": "%d %b %Y %H:%M", "zone": "UTC"},
     "published": {"select": "time", "attribute": "datetime"},
     "body": "#text", "drop": [".tools"], "heading": "p > strong:only-child",
     "picture": "img.lead", "caption": ".caption", "credit": ".credit",
     "tags": ".tags a", "featured": "#featured li a", "links": "h2 a",
     "zone": "Asia/Qatar"}

`zone` is the zone of every date of the source that names none, in its feed too.

Source: docs/facts/syndication.md#article-pages.
"""

import datetime as dt
import re
from typing import Any

from lxml import etree
from lxml.cssselect import CSSSelector, ExpressionError, SelectorSyntaxError

from syndicate.errors import UsageError
from syndicate.reading import dates, embargo_dates, lazy_pictures, zones
from syndicate.reading.clean import absolute_url, clean
from syndicate.reading.names import name_list
from syndicate.reading.records import PictureIn, Teaser
from syndicate.reading.text import plain

TEXTS = ("headline", "standfirst", "section", "caption", "credit")
FIELDS = frozenset(
    {*TEXTS, "byline", "published", "updated", "body", "drop", "heading", "picture", "tags"}
    | {"featured", "links", "direction", "language", "zone"}
)
# What a profile says of a source without describing its pages.
OF_THE_SOURCE = frozenset({"direction", "language", "zone"})
_OPTIONS = frozenset({"select", "attribute", "format", "zone"})
# "… peace talks [EPA]": how agencies are named behind a caption.
_CREDITED = re.compile(r"^(?P<caption>.*\S)?\s*\[(?P<credit>[^\[\]]{2,80})\]\s*$", re.DOTALL)
_MAX_HEADING = 100


def check(profile: dict[str, Any]) -> None:
    """Make sure that a profile can be used.

    Raises:
        UsageError: a field is unknown, a selector is none, a zone or a format does not exist.
    """
    for name, wanted in profile.items():
        if name not in FIELDS:
            raise UsageError(
                f"A source profile has no field {name}; it has {', '.join(sorted(FIELDS))}."
            )
        if name == "zone":
            _check_zone(wanted)
        if name in OF_THE_SOURCE:
            continue
        for one in wanted if name == "drop" and isinstance(wanted, list) else [wanted]:
            _check_field(name, one)


def describes_pages(profile: dict[str, Any] | None) -> bool:
    """Whether a profile says where a page keeps what, and not only things of the source."""
    return bool(profile and set(profile) - OF_THE_SOURCE)


def values(
    root: etree._Element, profile: dict[str, Any], *, url: str, now: dt.datetime
) -> dict[str, Any]:
    """What the profile finds, as keyword arguments of `Page`; absent fields are left out.

    Args:
        root: the page.
        profile: checked by `check`.
        url: address of the page.
        now: aware UTC, the measure of credible dates.
    """
    found: dict[str, Any] = {}
    for name in ("headline", "standfirst", "section"):
        found[name] = _text(root, profile.get(name))
    for name in ("published", "updated"):
        found |= _date(root, name, profile, now)
    found["authors"] = name_list(_texts(root, profile.get("byline")))
    found["tags"] = tuple(dict.fromkeys(_texts(root, profile.get("tags"))))
    found["featured"] = _picks(root, profile.get("featured"), url)
    found["links"] = tuple(pick.url for pick in _picks(root, profile.get("links"), url))
    found["pictures"] = _pictures(root, profile, url)
    # Last, because what is dropped from the body is gone from the page.
    found["body"] = _body(root, profile, url)
    return {name: value for name, value in found.items() if value or name == "is_exact"}


def credited(caption: str) -> tuple[str, str]:
    """(caption, credit) of a caption that ends in its source: "… talks [EPA]"."""
    match = _CREDITED.match(caption)
    if match is None:
        return caption, ""
    return (match["caption"] or "").strip(), match["credit"].strip()


def headings(body: etree._Element) -> None:
    """Make headings of what stands for them: a paragraph that is one bold line without a stop."""
    for paragraph in list(body.iter("p", "div")):
        children = list(paragraph)
        if len(children) != 1 or children[0].tag not in {"strong", "b"}:
            continue
        outside = (paragraph.text or "") + (children[0].tail or "")
        line = " ".join("".join(children[0].itertext()).split())
        if (
            outside.strip()
            or not line
            or len(line) > _MAX_HEADING
            or line.endswith((".", ":", ","))
        ):
            continue
        paragraph.tag = "h2"
        paragraph.attrib.clear()
        paragraph.remove(children[0])
        paragraph.text = line


def _check_field(name: str, wanted: Any) -> None:
    options = wanted if isinstance(wanted, dict) else {"select": wanted}
    unknown = set(options) - _OPTIONS
    if unknown or not isinstance(options.get("select"), str):
        raise UsageError(
            f"The profile's field {name} must be a CSS selector, or an object with select and "
            "perhaps attribute, format and zone."
        )
    try:
        CSSSelector(options["select"], translator="html")
    except (SelectorSyntaxError, ExpressionError, ValueError, etree.XPathError) as error:
        # A value error: an escape such as \\c that means a control character.
        raise UsageError(
            f"The profile's field {name} has no usable CSS selector: {error}."
        ) from error
    _check_zone(options.get("zone", "UTC"), of=f"'s field {name}")


def _check_zone(name: Any, *, of: str = "") -> None:
    if not isinstance(name, str) or zones.place(name) is None:
        raise UsageError(
            f"The profile{of} names the zone {name}, which does not exist; "
            "use an IANA name such as Asia/Qatar."
        )


def _options(wanted: Any) -> dict[str, Any]:
    return wanted if isinstance(wanted, dict) else {"select": wanted}


def _select(root: etree._Element, wanted: Any) -> list[etree._Element]:
    if wanted is None:
        return []
    found: list[etree._Element] = CSSSelector(_options(wanted)["select"], translator="html")(root)
    return found


def _texts(root: etree._Element, wanted: Any) -> list[str]:
    attribute = _options(wanted).get("attribute") if wanted else None
    found = []
    for element in _select(root, wanted):
        value = element.get(attribute, "") if attribute else "".join(element.itertext())
        tidy = " ".join(value.split())
        if tidy:
            found.append(tidy)
    return found


def _text(root: etree._Element, wanted: Any) -> str:
    return next(iter(_texts(root, wanted)), "")


def _date(
    root: etree._Element, name: str, profile: dict[str, Any], now: dt.datetime
) -> dict[str, Any]:
    wanted = profile.get(name)
    options = _options(wanted) if wanted else {}
    zone, pattern = options.get("zone") or profile.get("zone"), options.get("format")
    raw = _text(root, wanted)
    if name == "updated":
        moment = dates.read(raw, now=now, zone=zone or "UTC", pattern=pattern)
        return {"updated": moment, "raw_published": raw} if moment else {}
    found = embargo_dates.published(raw or None, None, now=now, zone=zone, pattern=pattern)
    del found["updated"]
    return found if found["published"] or found.get("embargo_raw") else {}


def _picks(root: etree._Element, wanted: Any, url: str) -> tuple[Teaser, ...]:
    found: dict[str, Teaser] = {}
    for element in _select(root, wanted):
        anchor = element if element.tag == "a" else next(element.iter("a"), None)
        address = absolute_url(anchor.get("href"), url) if anchor is not None else None
        teaser = " ".join("".join(element.itertext()).split())
        if address and teaser:
            found.setdefault(address, Teaser(teaser, address))
    return tuple(found.values())


def _pictures(root: etree._Element, profile: dict[str, Any], url: str) -> tuple[PictureIn, ...]:
    chosen = next(iter(_select(root, profile.get("picture"))), None)
    images = [] if chosen is None else list(chosen.iter("img"))
    image, address = next(
        ((each, at) for each in images if (at := _lies_at(each, url))), (None, "")
    )
    if image is None or not address:
        return ()
    caption, credit = credited(_text(root, profile.get("caption")))
    credit = _text(root, profile.get("credit")) or credit
    return (
        PictureIn(
            url=address,
            caption=caption,
            credit=credit,
            alt=" ".join(image.get("alt", "").split()),
            width=_pixels(image.get("width")),
            height=_pixels(image.get("height")),
        ),
    )


def _lies_at(image: etree._Element, url: str) -> str | None:
    """Where a picture lies, also one that a script would load later."""
    # To lxml a `<source>` does not end: what follows it stands within.
    several = next(image.iterancestors("picture"), None)
    sources = several.iter("source") if several is not None else ()
    return lazy_pictures.address_of(
        _attributes(image),
        [_attributes(each) for each in sources],
        lambda at: absolute_url(at, url),
    )


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _pixels(text: str | None) -> int | None:
    digits = (text or "").strip().removesuffix("px")
    is_short = digits.isdecimal() and len(digits) <= len("99999")  # no picture is larger
    return int(digits) or None if is_short else None


def _body(root: etree._Element, profile: dict[str, Any], url: str) -> str:
    parts = []
    for element in _select(root, profile.get("body")):
        for unwanted in profile.get("drop", ()):
            for dropped in _select(element, unwanted):
                if dropped is not element and dropped.getparent() is not None:
                    _drop(dropped)
        for wanted in _select(element, profile.get("heading")):
            wanted.tag = "h2"
        headings(element)
        inner = plain_head(element) + "".join(
            etree.tostring(child, encoding="unicode", method="html") for child in element
        )
        # Where paragraphs are named one by one, each stays one.
        parts.append(f"<p>{inner}</p>" if element.tag == "p" else inner)
    body = "\n".join(parts)
    return clean(body, base=url) if plain(body) else ""


def plain_head(element: etree._Element) -> str:
    """The text that stands before an element's first child, as HTML."""
    return (element.text or "").replace("&", "&amp;").replace("<", "&lt;")


def _drop(element: etree._Element) -> None:
    """Take an element out and leave the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
