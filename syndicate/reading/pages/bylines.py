"""Who wrote an article, as its page says: the persons before the publisher.

Many publishers sign with their own name where machines read, and name the writer only on the page.
So a byline that is the publisher's name counts only when there is no other.
"""

import re

from lxml import etree

from syndicate.reading.names import name_list
from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.text import word_list

_MARKED = (".//*[@itemprop='author']", ".//a[@rel='author']", ".//*[@rel='author']")
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author(?:s|name|-name)?|byline|person-link|autor)(?:$|[\s_-])", re.IGNORECASE
)
_MAX_TEXT = 150
_NETWORKS = frozenset({"twitter", "facebook", "instagram", "whatsapp", "linkedin", "email"})
_MAX_ELEMENTS = 10


def authors_of(root: etree._Element, node: jsonld.Node, meta: Meta) -> tuple[str, ...]:
    """The names of an article's authors, in order."""
    told = jsonld.people(node, "author", "creator")
    publisher = _publisher(node, meta)
    candidates = (told, meta.authors(), _marked(root))
    for names in candidates:
        if any(not _is_publisher(name, publisher) for name in names):
            return names
    return _classed(root, publisher) or next((names for names in candidates if names), ())


def _publisher(node: jsonld.Node, meta: Meta) -> frozenset[str]:
    names = {jsonld.text(node, "publisher", "sourceOrganization"), meta.first("og:site_name")}
    return frozenset(_squeezed(name) for name in names if name)


def _is_publisher(name: str, publisher: frozenset[str]) -> bool:
    squeezed = _squeezed(name)
    return any(squeezed.startswith(each) or each.startswith(squeezed) for each in publisher)


def _squeezed(name: str) -> str:
    return "".join(word_list(name))


def _marked(root: etree._Element) -> tuple[str, ...]:
    """Names that the page marks up as authors."""
    for path in _MARKED:
        texts = []
        for element in root.iterfind(path):
            name = element.find(".//*[@itemprop='name']")
            chosen = name if name is not None else element
            texts.append(chosen.get("content") or "".join(chosen.itertext()))
        found = name_list(text for text in texts if len(text) <= _MAX_TEXT)
        if found:
            return found
    return ()


def _are_persons(names: tuple[str, ...], publisher: frozenset[str]) -> bool:
    """Whether names found by a class can be persons' names: two words at least, no button."""
    given, _, family = names[0].rpartition(" ")
    if not (given[:1].isupper() and family[:1].isupper()):
        return False
    if _NETWORKS & set(word_list(" ".join(names))):
        return False
    return not any(_is_publisher(name, publisher) for name in names)


def _classed(root: etree._Element, publisher: frozenset[str]) -> tuple[str, ...]:
    """Names in the first elements whose class says that they hold an author."""
    kind: str | None = None
    texts: list[str] = []
    for element in root.iter(tag=etree.Element):
        said = element.get("class") or ""
        if not _CLASS.search(said) or (kind is not None and said != kind):
            continue
        text = " ".join("".join(element.itertext()).split())
        names = name_list([text]) if 0 < len(text) <= _MAX_TEXT else ()
        if names and _are_persons(names, publisher):
            kind = said
            texts.append(text)
            if len(texts) == _MAX_ELEMENTS:
                break
    return name_list(texts)
