"""Plain text out of HTML, and the fingerprints by which a change is told from no change."""

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from syndicate.characters import normal, resolved

# Expressions here are linear: a comment or a script that is never closed must not be looked for
# from each of its beginnings, so what has an end somewhere else is cut out by hand.
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!\[CDATA\[|\?[^<>]*)>")
_COMMENT, _COMMENT_END = "<!--", "-->"
_UNSEEN = re.compile(
    r"<(?:(?P<begin>script|style|template|noscript)\b"
    r"|/(?P<end>script|style|template|noscript)\s*+>)",
    re.IGNORECASE | re.ASCII,
)
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|blockquote|br|hr|tr|td|th|table|figure|figcaption|pre|section"
    r"|article|dt|dd)\b[^<>]*>",
    re.IGNORECASE,
)
# Campaign marks that say how a reader came, not what the page is.
_MARKS = re.compile(
    r"(?:utm_.*|at_.*|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|ocid|cmpid|ref_src"
    r"|smid|smtyp|ns_.*|xtor|wt_.*|yclid|_ga)$",
    re.IGNORECASE,
)
_AMP = re.compile(r"/amp/?$|\.amp(?=\.html?$|$)", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r":(?:80|443)$")
_WORD, _ASCII_WORD = re.compile(r"\w+"), re.compile(r"\w+", re.ASCII)
MAX_KEY = 800  # longer ones are hashed: a B-tree entry ends at 2,704 bytes


def plain(markup: str) -> str:
    """What a person sees of a piece of HTML, on one line."""
    if "<" in markup:
        markup = " ".join(_seen(markup))
        markup = _BLOCK.sub(" ", markup)
        markup = "".join(_TAG.sub("", part) for part in _said(markup))
    return " ".join(resolved(markup).split())


def word_list(text: str) -> list[str]:
    """The words of a plain text, case and accents folded, punctuation dropped."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return _WORD.findall(normal("NFKC", text).casefold())


def _seen(markup: str) -> Iterator[str]:
    """The parts of a piece of HTML that are not script, style, template or noscript."""
    tags = list(_UNSEEN.finditer(markup))
    last = {tag["end"].lower(): tag.start() for tag in tags if tag["end"]}
    at, within = 0, ""
    for tag in tags:
        name = (tag["begin"] or tag["end"]).lower()
        if within and tag["end"] and name == within:
            at, within = tag.end(), ""
        elif not within and tag["begin"] and last.get(name, -1) > tag.start():
            yield markup[at : tag.start()]
            within = name
    yield markup[at:]


def _said(markup: str) -> Iterator[str]:
    """The parts of a piece of HTML between its comments."""
    at = 0
    while (begin := markup.find(_COMMENT, at)) != -1:
        end = markup.find(_COMMENT_END, begin + len(_COMMENT))
        if end == -1:
            break
        yield markup[at:begin]
        at = end + len(_COMMENT_END)
    yield markup[at:]


def fingerprint(*parts: str) -> bytes:
    """SHA-256 over texts, each told apart from its neighbour."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part.encode("utf-8", "replace"))
        state.update(b"\x1f")
    return state.digest()


@lru_cache(maxsize=4096)  # of an address that is read, compared and looked up in a row
def normal_url(url: str) -> str:
    """The one spelling of an address under which an article is recognised again.

    Scheme, `www.`, default port, campaign marks, fragment, AMP and a trailing slash are dropped:
    two addresses that differ in nothing else lead to the same article.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    host = _DEFAULT_PORT.sub("", parts.netloc.rpartition("@")[2].lower())
    for prefix in ("www.", "amp.", "m."):
        host = host.removeprefix(prefix)
    path = _AMP.sub("", parts.path).rstrip("/")
    asked = parse_qsl(parts.query, keep_blank_values=True) if parts.query else []
    query = [(key, value) for key, value in asked if not _MARKS.match(key)]
    # A page that lives behind a fragment says so by a bang (#!/story/7).
    fragment = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""
    return f"{host}{path}{'?' if query else ''}{urlencode(query)}{fragment}"


def is_article_url(url: str) -> bool:
    """Whether an address names a page of its own, and not the front of a site."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.path.strip("/") or parts.query)


def origin_of(url: str) -> str:
    """Scheme and host of an address, as written."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.partition('/')[0]}"


def picture_name(url: str) -> str:
    """What stays of a picture's address when its server changes: the path.

    Sizes and signatures stand in the query, and the host is whoever delivers pictures this month.
    """
    return url.partition("#")[0].partition("?")[0].removeprefix(origin_of(url))


def key_of(text: str) -> str:
    """A text as a key of the database: itself, or its hash when it is long."""
    return text if len(text) <= MAX_KEY else f"sha256:{fingerprint(text).hex()}"
