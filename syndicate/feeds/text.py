"""Text and addresses as a feed may carry them, whatever the newsroom typed.

One article with a stray control character must not take a whole feed down, and a headline about
`<b>` must read the same in every app.

Source: docs/facts/syndication.md#writing-feeds.
"""

import re
from functools import lru_cache
from html import escape
from html.entities import name2codepoint
from urllib.parse import urljoin

import nh3
from lxml import html as lxml_html

from syndicate.characters import NONCHARACTERS, defused, resolved
from syndicate.uris import uri

# XML 1.0 2.2 Char: everything but C0 controls (except tab, LF, CR), surrogates, U+FFFE and U+FFFF.
# C1 controls, non-characters and the mark of a broken decoding (U+FFFD) are legal there, but no
# reader shows them and validators warn.
_ILLEGAL = re.compile(
    f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffd{NONCHARACTERS}]"
)
# What a reader that takes text for HTML would not show as it stands.
_MARKUP = re.compile(r"<[A-Za-z/!?]|&#?\w")
_TAG = re.compile(r"<([A-Za-z/!?][^<>]*)>")
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_REFERENCE = re.compile(r"&(#?\w+)")
_ROUNDS = 3  # how often a name was escaped at most
# What readers' apps show. `reading.clean` has a list of its own, not by neglect: it says what is
# harmless in a page of ours, which may play a film and fold a text; this says what strangers' apps
# know, and what they do not know is left out by its tag alone, so that its words stay.
_TAGS = nh3.ALLOWED_TAGS | {"figure", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "mark"}
_ATTRIBUTES = {
    "*": {"lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
}
_ADDRESSES = frozenset({"href", "src", "cite"})
_KEPT = 512  # bodies; a builder sees each one in several feeds and three formats


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """The text without forbidden characters, on one line, trimmed; it turns nothing behind it."""
    return " ".join(defused(legal(text)).split())


def looks_like_html(text: str) -> bool:
    """Whether a reader that takes the text for HTML would show something else."""
    return _MARKUP.search(text) is not None


def as_html(text: str) -> str:
    """HTML that shows the text as it stands; the text itself wherever that is good HTML."""
    return escape(text, quote=False) if "<" in text or looks_like_html(text) else text


def without_tags(text: str) -> str:
    """The text with other brackets around what looks like a tag.

    An RSS title has no way to say that it is plain text, and every other app takes it for HTML.
    """
    return _TAG_START.sub("\u2039", _TAG.sub("\u2039\\1\u203a", text))


def name(text: str) -> str:
    """A name in XML: of a section, tag, author or source.

    None of these elements can say that it is plain text, and nobody means a name to hold markup: it
    was escaped once too often on its way here.
    """
    for _ in range(_ROUNDS):
        if "&" not in text:
            break
        text = one_line(resolved(text))
    return without_tags(text)


def without_references(text: str) -> str:
    """`R&D2` with another sign where a reader that takes it for HTML looks a character up."""
    return _REFERENCE.sub(_no_reference, text)


def _no_reference(found: re.Match[str]) -> str:
    is_word = found[1].isalpha() and found[1] not in name2codepoint and found[1] != "apos"
    return found[0] if is_word else f"\uff06{found[1]}"


@lru_cache(maxsize=_KEPT)
def body(source: str, base: str, forbidden: frozenset[str]) -> str:
    """An article's HTML for a feed: whole, absolute, and no picture without the right.

    Args:
        source: HTML as it is stored.
        base: address that relative ones are relative to.
        forbidden: addresses of pictures that may not be shown in this channel.
    """

    def absolute(_tag: str, name: str, value: str) -> str | None:
        return _absolute(base, value) if name in _ADDRESSES else value

    clean: str = nh3.clean(
        legal(source),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=absolute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    clean = defused(legal(clean)).strip()  # &#0; is a broken character only now
    return _without_pictures(clean, forbidden) if forbidden and "<img" in clean else clean


def directed(content: str, *, direction: str, language: str) -> str:
    """HTML inside an element that says which way it runs, for readers that would guess wrong."""
    if direction != "rtl":
        return content
    return f'<div dir="rtl" lang="{escape(language)}">{content}</div>'


def _absolute(base: str, value: str) -> str | None:
    value = value.strip()
    if value.startswith("mailto:"):
        return value
    try:
        return uri(urljoin(base, value))
    except ValueError:
        return None


def _without_pictures(clean: str, forbidden: frozenset[str]) -> str:
    """Take pictures out, and with each the figure that holds its caption."""
    addresses = {uri(each) for each in forbidden}
    root = lxml_html.fragment_fromstring(clean, create_parent="div")
    for image in list(root.iter("img")):
        if image.get("src") in addresses:
            figure = next(image.iterancestors("figure"), image)
            if figure.getparent() is not None:
                figure.drop_tree()
    inner = escape(root.text or "", quote=False)
    return inner + "".join(lxml_html.tostring(child, encoding="unicode") for child in root)
