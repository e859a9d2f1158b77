"""Which elements of a page are its article's own: those that speak of others are passed over.

Around an article stand teasers of others, comments, menus and the publisher's own lines, and each
of them may hold a writer's name or a day. The article is where the page's main heading stands;
nothing that holds this heading is passed over, whatever it is called.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from syndicate.reading import headlines
from syndicate.reading.pages import size
from syndicate.reading.pages.size import begin_of
from syndicate.reading.text import word_list

_OF_OTHERS = frozenset({"footer", "nav", "form", "template", "noscript", "script", "style"})
# Words of classes and ids of places that are not the article's.
_PLACES = frozenset(
    re.findall(
        r"\S+",
        "comment comments commentlist disqus related recommended recommendations recirculation "
        "teaser teasers sidebar promo promos trending popular mostread newsletter widget footer "
        "nav navigation menu breadcrumb breadcrumbs carousel outbrain taboola",
    )
)
_FAR_MORE = 4  # times the text of the article
_WORD = re.compile(r"[a-z]+")


def own_elements(root: etree._Element) -> Iterator[etree._Element]:
    """The article's own elements, in the order of the page.

    Args:
        root: the page.
    """
    heading = main_heading(root)
    kept = set() if heading is None else {heading, *heading.iterancestors()}
    main = _main_article(root, heading, kept)
    kept |= set() if main is None else {main, *main.iterancestors()}
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element not in kept and _is_of_others(element, main):
            continue
        yield element
        waiting.extend(reversed([each for each in element if isinstance(each.tag, str)]))


def dated_elements(root: etree._Element) -> list[etree._Element]:
    """The own elements in which an article's date can stand: within it, or beside its heading.

    Args:
        root: the page.
    """
    own = list(own_elements(root))
    heading = main_heading(root)
    kept = set() if heading is None else {heading, *heading.iterancestors()}
    main = _main_article(root, heading, kept)
    if main is None:
        return own
    allowed = set(main.iter(tag=etree.Element))
    if heading is None or heading in allowed:
        return [each for each in own if each in allowed]
    parent = heading.getparent()
    if parent is not None and parent not in main.iterancestors():
        allowed |= set(parent.iter(tag=etree.Element))
    is_between, found = False, []
    for element in own:
        is_between = element is heading or (is_between and element is not main)
        if element in allowed or is_between:
            found.append(element)
    return found


def without_others(root: etree._Element) -> None:
    """Take the articles of others out of a page: teasers around it, and those that follow below.

    A page whose own article says far less than another of it stays as it is: there its text stands
    elsewhere.

    Args:
        root: the page; it is changed.
    """
    heading = main_heading(root)
    kept = set() if heading is None else {heading, *heading.iterancestors()}
    main = _main_article(root, heading, kept)
    if main is None:
        return
    kept |= {*main.iter("article"), *main.iterancestors()}
    others = _outermost(each for each in root.iter("article") if each not in kept)
    most = _size(main) * _FAR_MORE
    if all(_size(each) < most for each in others):
        for other in others:
            if (parent := other.getparent()) is not None:
                parent.replace(other, _tail(other))


def made_readable(root: etree._Element) -> bool:
    """Take out of a large page what is not its article's own, then what stands too far behind.

    Args:
        root: the page; it is changed.

    Returns:
        Whether all of its article is left.
    """
    if not size.is_large(root):
        return True
    own = list(islice(own_elements(root), size.MOST_ELEMENTS + 1))
    if len(own) <= size.MOST_ELEMENTS:
        kept = set(own)
        for element in own:
            _leave(element, kept)
        return True
    last = size.cut(root)
    heading = main_heading(root)
    around = set() if heading is None else {heading, *heading.iterancestors()}
    main = _main_article(root, heading, around)
    return main is not None and main is not last and main not in last.iterancestors()


def _leave(element: etree._Element, kept: set[etree._Element]) -> None:
    """Take out of an element all children but these; the text between them stays."""
    texts = [[element.text or ""]]
    left: list[etree._Element] = []
    for child in list(element):
        if child in kept:
            left.append(child)
            texts.append([])
        texts[-1].append(child.tail or "")
        if child not in kept:
            element.remove(child)
    element.text = "".join(texts[0])
    for child, said in zip(left, texts[1:], strict=True):
        child.tail = "".join(said)


def main_heading(root: etree._Element) -> etree._Element | None:
    """The heading that shares most words with the page's title; else the first one.

    Args:
        root: the page.
    """
    title = root.find(".//title")
    wanted = set(word_list(begin_of(title, headlines.LONGEST) if title is not None else ""))
    best, most = None, 0
    for level in ("h1", "h2", "h3"):
        for heading in islice(root.iter(level), size.MOST_ELEMENTS):
            said = set(word_list(begin_of(heading, headlines.LONGEST)))
            shared = len(said & wanted)
            if shared > most and shared * 2 > len(said):
                best, most = heading, shared
    return best if best is not None else next(root.iter("h1"), None)


def _main_article(
    root: etree._Element, heading: etree._Element | None, kept: set[etree._Element]
) -> etree._Element | None:
    """The article's element: the one that holds the heading, else the first one behind it."""
    is_behind = heading is None
    for element in root.iter(tag=etree.Element):
        if element is heading:
            is_behind = True
        elif element.tag == "article" and (element in kept or is_behind):
            return element
    return None


def _is_of_others(element: etree._Element, main: etree._Element | None) -> bool:
    if element.tag in _OF_OTHERS:
        return True
    if element.tag == "article":
        return main is not None
    if element.tag == "aside" and (main is None or main not in element.iterancestors()):
        return True
    return not _PLACES.isdisjoint(words_of_name(element))


def words_of_name(element: etree._Element) -> list[str]:
    """The words, in lower case, of which an element's class and id consist."""
    return _WORD.findall(f"{element.get('class') or ''} {element.get('id') or ''}".lower())


def _outermost(elements: Iterable[etree._Element]) -> list[etree._Element]:
    """Those of some elements, in the order of the page, that stand in none of the others."""
    found: dict[etree._Element, None] = {}
    for each in elements:
        if found.keys().isdisjoint(each.iterancestors()):
            found[each] = None
    return list(found)


def _size(element: etree._Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _tail(element: etree._Element) -> etree._Element:
    """What stands in the place of an element that is taken out: the text that follows it."""
    instead = etree.Element("span")
    instead.tail = element.tail
    return instead
