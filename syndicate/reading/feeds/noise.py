"""What programs add to a story of a feed, and nobody wrote: left out before a text is cleaned.

    hidden elements     <div style="display:none">, <p hidden>: a few words for machines
    closing lines       The post <a>Seals return</a> appeared first on <a>Pier News</a>.
    invitations         <a>Continue reading Seals return</a>, at the end of a teaser

A closing line is told by what it is made of, in whatever language: at the very end a link to the
story's own page, a link to the front of its site, and hardly another word. Without links its words
must be known. Pure, and linear in the length: the text may be hostile.

Source: HTML (the hidden attribute); CSS Display 3 (none)
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from syndicate.characters import resolved
from syndicate.reading.text import normal_url, plain, word_list

_NAMES = "div|p|span|section|aside|ul|ol|table|a|font"
_TAG = re.compile(rf"<(/?)({_NAMES})(?=[\s>/])([^<>]*+)>", re.IGNORECASE)
_STYLE = re.compile(r"\sstyle\s*+=\s*+[\"']?([^\"'<>]*+)", re.IGNORECASE)
_UNSEEN = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden", re.IGNORECASE)
_HIDDEN = re.compile(r"\shidden(?=[\s=/>]|$)", re.IGNORECASE)
_LINK = re.compile(
    r"<a\s([^<>]*+)>([^<]*+(?:<(?!/?a[\s>])[^<>]*+>[^<]*+)*+)</a\s*+>", re.IGNORECASE
)
_HREF = re.compile(r"(?:^|\s)href\s*+=\s*+[\"']?([^\"'\s>]*+)", re.IGNORECASE)
_BLOCK = re.compile(
    r"<(?:/?(?:p|div|ul|ol|blockquote|figure|h[1-6])(?=[\s>])|br\b)[^<>]*+>", re.IGNORECASE
)
_LAST_BLOCK = re.compile(rf"(?:{_BLOCK.pattern})\s*+\Z", re.IGNORECASE)
_BLOCK_END = re.compile(r"\s*+</(?:p|div)\s*+>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…؟\]](?=\s)")
# Behind signs of these kinds a link begins something of its own, but for some of them.
_ENDING = frozenset({"Po", "Pe", "Pf", "Pd", "Sm"})
_GOING_ON = frozenset(",،\"'&")
# Programs' own lines where they stand without links: before the headline, and behind it.
_KNOWN = (
    ("the post", "appeared first on"),
    ("the post", "first appeared on"),
    ("the article", "appeared first on"),
    ("der beitrag", "erschien zuerst auf"),
    ("l article", "est apparu en premier sur"),
    ("cet article", "est apparu en premier sur"),
    ("la entrada", "se publicó primero en"),
    ("la entrada", "apareció primero en"),
    ("l articolo", "proviene da"),
    ("o post", "apareceu primeiro em"),
    ("het bericht", "verscheen eerst op"),
    ("inlägget", "dök först upp på"),
    ("ظهرت المقالة", "أولا على"),
    ("ظهرت المقالة", "أولاً على"),
)
_TAIL = 4_000  # a closing line and what stands behind it
_MOST_BEFORE, _MOST_BETWEEN, _MOST_BEHIND = 4, 8, 5  # words
_MOST_OF_A_SITE = 10
_MOST_HIDDEN = 50


@dataclass(frozen=True)
class NamedStory:
    """What a line can speak of.

    Attributes:
        page: address of the story's page.
    """

    headline: str
    page: str | None


def without_noise(markup: str, story: NamedStory) -> str:
    """HTML of a story without hidden elements and its closing line."""
    shown = _shown(markup)
    if "<" not in shown:
        return _without_known(shown, story)
    return _without_closing(shown, story)


def without_invitation(markup: str, story: NamedStory) -> str:
    """A teaser without the link at its end that leads on to the story.

    Such a link names the story, or stands apart; the last words of a sentence are the teaser's own.
    """
    links = list(_LINK.finditer(markup, max(0, len(markup) - _TAIL)))
    if not links or not _leads_to(links[-1], story) or "#" in _address(links[-1], story):
        return markup
    last = links[-1]
    extra = len(word_list(plain(last[2]))) - len(word_list(story.headline))
    is_short = extra <= _MOST_BETWEEN and not word_list(plain(markup[last.end() :]))
    rest = markup[: last.start()]
    is_invitation = is_short and (_says_headline(last, story) or _is_over(rest))
    return rest if is_invitation and word_list(plain(rest)) else markup


def _says_headline(link: re.Match[str], story: NamedStory) -> bool:
    headline = word_list(story.headline)
    return bool(headline) and not Counter(headline) - Counter(word_list(plain(link[2])))


def _is_over(markup: str) -> bool:
    """Whether a sentence or a block ends where this ends."""
    end = markup[-_TAIL:].rstrip()
    sign = plain(end)[-1:]
    is_end = bool(sign) and unicodedata.category(sign) in _ENDING and sign not in _GOING_ON
    return is_end or _LAST_BLOCK.search(end) is not None


def _shown(markup: str) -> str:
    """HTML without elements that are hidden, unless they hold many words, or most there are.

    A transcript or an answer that unfolds is hidden as well, until somebody asks for it.
    """
    if not _UNSEEN.search(markup) and not _HIDDEN.search(markup):
        return markup
    spans = [
        (begin, end)
        for begin, end in _hidden_spans(markup)
        if len(word_list(plain(markup[begin:end]))) <= _MOST_HIDDEN
    ]
    parts: list[str] = []
    at = 0
    for begin, end in spans:
        parts.append(markup[at:begin])
        at = end
    shown = "".join([*parts, markup[at:]])
    return shown if 2 * len(word_list(plain(shown))) >= len(word_list(plain(markup))) else markup


def _hidden_spans(markup: str) -> Iterator[tuple[int, int]]:
    """Where hidden elements begin and end, the outermost ones, in order."""
    name, begin, depth = "", 0, 0
    for tag in _TAG.finditer(markup):
        slash, called, attributes = tag[1], tag[2].lower(), tag[3]
        if not name:
            if not slash and not attributes.endswith("/") and _is_hidden(attributes):
                name, begin, depth = called, tag.start(), 1
        elif called == name and not attributes.endswith("/"):
            depth += -1 if slash else 1
            if not depth:
                yield begin, tag.end()
                name = ""


def _is_hidden(attributes: str) -> bool:
    style = _STYLE.search(attributes)
    if style and _UNSEEN.search(style[1]):
        return True
    # Not the word within another attribute's value.
    return bool(_HIDDEN.search(re.sub(r"\"[^\"]*+\"|'[^']*+'", '""', attributes)))


def _without_closing(markup: str, story: NamedStory) -> str:
    links = list(_LINK.finditer(markup, max(0, len(markup) - _TAIL)))
    if len(links) < 2:  # noqa: PLR2004 - the story's and the site's
        return markup
    page, site = links[-2:]
    between, behind = markup[page.end() : site.start()], markup[site.end() :]
    is_closing = (
        _leads_to(page, story)
        and _leads_to_front(site, story)
        and len(word_list(plain(between))) <= _MOST_BETWEEN
        and len(word_list(plain(behind))) <= _MOST_BEHIND
        and not _BLOCK.search(between)
    )
    begin = _begin_of_line(markup, page.start()) if is_closing else None
    if begin is None:
        return markup
    end = behind.find("<")
    end = len(markup) if end == -1 else site.end() + end
    closing = _BLOCK_END.match(markup, end)
    is_whole = closing is not None and markup[begin : begin + 1] == "<"
    rest = markup[closing.end() :] if closing is not None and is_whole else markup[end:]
    return markup[:begin].rstrip() + rest


def _begin_of_line(markup: str, at: int) -> int | None:
    """Where the line begins that holds a link; None where more is said before it."""
    line = begin = 0
    for block in _BLOCK.finditer(markup, max(0, at - _TAIL), at):
        is_end = block[0].startswith("</")
        line, begin = block.end(), block.end() if is_end else block.start()
    if len(word_list(plain(markup[line:at]))) <= _MOST_BEFORE:
        return begin
    ends = [found.end() for found in _SENTENCE_END.finditer(markup, line, at)]
    if ends and len(word_list(plain(markup[ends[-1] : at]))) <= _MOST_BEFORE:
        return ends[-1]
    return None


def _without_known(text: str, story: NamedStory) -> str:
    """Plain text without a closing line in words that are known."""
    title = " ".join(word_list(story.headline))
    found = plain(text)
    said = f" {' '.join(word_list(found))} "
    if not title or f" {title} " not in said:
        return text
    for before, middle in _KNOWN:
        begin = said.rfind(f" {' '.join(word_list(before))} {title} ")
        behind = f" {title} {' '.join(word_list(middle))} "
        if begin == -1 or behind not in said[begin:]:
            continue
        if len(said[begin:].partition(behind)[2].split()) > _MOST_OF_A_SITE:
            continue
        return _first_words(found, len(said[:begin].split()))
    return text


def _first_words(text: str, count: int) -> str:
    """A text up to the end of its so many-th word, with the signs behind it."""
    kept: list[str] = []
    for part in text.split():
        size = len(word_list(part))
        if size and count < size:
            break
        count -= size
        kept.append(part)
    return " ".join(kept)


def _leads_to(link: re.Match[str], story: NamedStory) -> bool:
    url = _address(link, story)
    if story.page and url and normal_url(url) == normal_url(story.page):
        return True
    # Through a counter of clicks it still says what it leads to.
    return bool(story.headline) and word_list(plain(link[2])) == word_list(story.headline)


def _leads_to_front(link: re.Match[str], story: NamedStory) -> bool:
    try:
        parts = urlsplit(_address(link, story))
        own = urlsplit(story.page or "")
    except ValueError:
        return False
    is_front = not parts.path.strip("/") and not parts.query
    hosts = {each.netloc.lower().removeprefix("www.") for each in (parts, own)}
    return bool(parts.netloc) and (is_front or (len(hosts) == 1 and parts.path.count("/") <= 1))


def _address(link: re.Match[str], story: NamedStory) -> str:
    href = _HREF.search(link[1])
    try:
        return urljoin(story.page or "", resolved(href[1])) if href else ""
    except ValueError:
        return ""
