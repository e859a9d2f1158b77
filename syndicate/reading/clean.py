"""HTML from elsewhere, made harmless when it comes in: capped first, then cleaned by nh3.

nh3 is quadratic in nesting (50,000 nested divs take 4.9 s, measured), so size and depth are capped
before it sees anything. Addresses become absolute, so that nothing depends on where the text stood,
and pictures are those that a reader sees (`reading.pictures`).
"""

import html
import re
from functools import partial
from urllib.parse import urljoin, urlsplit

import nh3

from syndicate import bounds, uris
from syndicate.characters import resolved
from syndicate.reading import foreign, lazy_pictures, nesting, pictures, self_closed
from syndicate.reading.text import plain

MAX_CHARS = 1_000_000
MAX_DEPTH = 200
TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "cite", "q", "pre", "code"),
    *("ul", "ol", "li", "dl", "dt", "dd", "strong", "b", "em", "i", "u", "s", "sub", "sup"),
    *("small", "mark", "abbr", "time", "a", "img", "figure", "figcaption", "picture", "table"),
    *("thead", "tbody", "tfoot", "tr", "th", "td", "caption", "del", "ins", "bdi", "bdo", "div"),
    *("span", "h1", "video", "audio", "source", "details", "summary", "kbd", "samp", "var", "wbr"),
}
_ATTRIBUTES = {
    "*": {"lang", "dir", "title", "style", "hidden"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height", "srcset"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type", "reversed"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "video": {"src", "poster", "controls", "width", "height"},
    "audio": {"src", "controls"},
    "source": {"src", "type", "srcset"},
    "abbr": {"title"},
}
_SCHEMES = ("http://", "https://", "mailto:")
_ADDRESSES = frozenset({"href", "src", "cite", "poster"})
_GONE = {"script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math"}
_SHOWN = re.compile(r"<(?:img|video|audio|source|hr|table)\b", re.IGNORECASE)
_FRAME = re.compile(r"<iframe\b", re.IGNORECASE)
_FRAME_END = re.compile(r"</iframe\s*+>", re.IGNORECASE)
_UNSEEN = re.compile(r"""\b(?:width|height)\s*=\s*["']?[01](?:px)?(?=["'\s/]|$)""", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
# "cat <<EOF": opened like a tag, but the next one comes before it is closed.
_UNCLOSED = re.compile(r"<([A-Za-z][^<>]*)(?=<|$)")
_EMPTY = re.compile(r"<(p|div|span|strong|em|b|i|a|li|h[1-6]|figure|picture)(?:\s[^<>]*)?>\s*</\1>")


def clean(markup: str, *, base: str | None = None, page: str | None = None) -> str:
    """HTML that may stand in our pages, feeds and mails.

    Args:
        markup: anything.
        base: address against which relative addresses are read; None leaves those out.
        page: address of the page itself, for what leads to a place within it; None: as `base`.

    Returns:
        Cleaned HTML; plain text in one paragraph when it was nested deeper than the cap.
    """
    markup = markup.strip()[:MAX_CHARS]
    if "<" not in markup:
        return _paragraphs(markup)
    framed = _without_frames(self_closed.with_ends(_UNCLOSED.sub(_as_text, foreign.said(markup))))
    framed = pictures.unwrapped(framed)
    if nesting.is_laborious(framed):
        return nh3.clean_text(plain(markup))

    absolute = partial(_absolute, base)
    within = partial(_absolute, page or base)

    def judged(tag: str, name: str, value: str) -> str | None:
        if name not in _ADDRESSES or pictures.is_waiting(name, value):
            return pictures.passed(tag, name, value)
        return within(value) if value.strip().startswith("#") else absolute(value)

    cleaned: str = nh3.clean(
        framed,
        tags=TAGS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        attribute_filter=judged,
        generic_attribute_prefixes={lazy_pictures.PREFIX},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    if nesting.deepest(cleaned) > MAX_DEPTH:
        return nh3.clean_text(plain(markup))
    return _without_empty(pictures.settled(cleaned, absolute)).strip()


def has_something(cleaned: str) -> bool:
    """Whether cleaned HTML holds anything that can be read, seen or heard."""
    return bool(_SHOWN.search(cleaned) or plain(cleaned))


def absolute_url(url: str | None, base: str | None) -> str | None:
    """An http(s) address made absolute, or None when it is none.

    A name and a password in it are for whoever reads the source, and stay behind.
    """
    text = (url or "").strip()
    if not text:
        return None
    joined = uris.without_user(_joined(base, text) or "")
    return joined if _is_web_address(joined) else None


def _without_empty(cleaned: str) -> str:
    for _ in range(3):  # a span in a p in a div
        cleaned, count = _EMPTY.subn("", cleaned)
        if not count:
            break
    return cleaned


def _is_web_address(url: str) -> bool:
    """Whether an address is one of http(s) with a host, which rows and their indexes can hold."""
    if not url.startswith(("http://", "https://")) or not bounds.fits_index(url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.hostname)


def _without_frames(markup: str) -> str:
    """Markup with what stands for its frames; one that is never closed is left to the parser."""
    parts: list[str] = []
    at = 0
    while (frame := _FRAME.search(markup, at)) is not None:
        opened = markup.find(">", frame.end())
        closing = _FRAME_END.search(markup, opened + 1) if opened != -1 else None
        if closing is None:
            break
        attributes, inner = markup[frame.end() : opened], markup[opened + 1 : closing.start()]
        parts += [markup[at : frame.start()], _instead_of_frame(attributes, inner)]
        at = closing.end()
    return "".join([*parts, markup[at:]])


def _instead_of_frame(attributes: str, inner: str) -> str:
    """What stands for a frame: what it says for those without frames, else a link to it."""
    if plain(inner):
        return inner
    if _UNSEEN.search(attributes):  # a counter of somebody else's
        return ""
    source = _SOURCE.search(attributes)
    url = absolute_url(resolved(source[1]), "https://none.invalid/") if source else None
    if url is None or "none.invalid" in url:
        return ""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return f'<p><a href="{html.escape(url)}">{html.escape(host)}</a></p>'


def _as_text(unclosed: re.Match[str]) -> str:
    said = unclosed[1]
    return f"<{said}" if '="' in said or "='" in said else f"&lt;{said}"


def _absolute(base: str | None, url: str) -> str | None:
    """An address as it stands in a cleaned text; None when it is none there."""
    joined = uris.without_user(_joined(base, url.strip()) or "")
    # nh3 judges the scheme of links and pictures, but not of what a quotation cites.
    return joined if joined.lower().startswith(_SCHEMES) else None


def _joined(base: str | None, url: str) -> str | None:
    if url.startswith(("https://", "http://", "mailto:")):
        return url
    if url.startswith("//"):
        return f"https:{url}"
    if base is None:
        return None
    try:
        return urljoin(base, url)
    except ValueError:
        return None


def _paragraphs(text: str) -> str:
    """Plain text as paragraphs, one for each that a blank line parts."""
    parts = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    # Text of a feed is escaped HTML more often than not: entities are entities.
    return "".join(f"<p>{_shown(part)}</p>" for part in parts if part)


def _shown(text: str) -> str:
    """Text without tags as a parser would write it again, at a tenth of the time."""
    return html.escape(resolved(text), quote=False).replace("\0", "").replace("\xa0", "&nbsp;")
