"""Who wrote an article, as its page says: the persons before the publisher.

Many publishers sign with their own name where machines read, and name the writer only on the page.
So a byline that is the publisher's name, or a newsroom's, counts only when there is no other: by a
class or a mark, else signed in a bold line above the text or below it. Names that only a class
or a mark makes an author's are looked for among the article's own elements (`pages.own_elements`),
never among those of teasers and comments.
"""

import re

from lxml import etree

from syndicate.reading.names import are_persons, name_list
from syndicate.reading.pages import jsonld
from syndicate.reading.pages.meta import Meta
from syndicate.reading.pages.own_elements import own_elements
from syndicate.reading.pages.size import begin_of
from syndicate.reading.text import word_list

_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author(?:s|name|-name)?|byline|person-link|autor)(?:$|[\s_-])", re.IGNORECASE
)
# Elements that hold a part of one name each.
_OF_A_NAME = re.compile(r"(?:first|last|given|family)[_-]?name", re.IGNORECASE)
_MAX_TEXT = 150
_NETWORKS = frozenset({"twitter", "facebook", "instagram", "whatsapp", "linkedin", "email"})
_MAX_ELEMENTS = 10
_PARAGRAPH = 120  # signs of a paragraph of the text at least
_MOST_LINES = 2_000  # signs of an element that holds bylines, with all beside them
_MAX_BLOCK = 400  # signs of what holds all names of one byline, and little else


def authors_of(root: etree._Element, node: jsonld.Node, meta: Meta) -> tuple[str, ...]:
    """The names of an article's authors, in order."""
    told = jsonld.people(node, "author", "creator")
    publisher = _publisher(node, meta)
    own = list(own_elements(root))
    candidates = (told, meta.authors(), _marked(own))
    for names in candidates:
        if any(not _is_publisher(name, publisher) for name in names):
            return _with_others(own, names)
    return (
        _classed(own, publisher)
        or _signed(own, publisher)
        or next((names for names in candidates if names), ())
    )


def _with_others(own: list[etree._Element], names: tuple[str, ...]) -> tuple[str, ...]:
    """Names, or those of the page's own byline where it holds all of them and more."""
    marked = [each for each in own if "author" in (each.get("rel") or "").split()]
    known = (each for each in marked if not set(names).isdisjoint(name_list(_lines(each))))
    if (first := next(known, None)) is None:
        return names
    block = _block(first)
    beside = [each for each in marked if block in each.iterancestors()]
    found = name_list(line for each in beside for line in _lines(each) if len(line) <= _MAX_TEXT)
    return found if set(names) < set(found) and are_persons(found) else names


def _publisher(node: jsonld.Node, meta: Meta) -> frozenset[str]:
    names = {jsonld.text(node, "publisher", "sourceOrganization"), meta.first("og:site_name")}
    names.update(jsonld.organisations(node, "author", "creator"))
    return frozenset(_squeezed(name) for name in names if name)


def _is_publisher(name: str, publisher: frozenset[str]) -> bool:
    squeezed = _squeezed(name)
    return any(squeezed.startswith(each) or each.startswith(squeezed) for each in publisher)


def _squeezed(name: str) -> str:
    return "".join(word_list(name))


def _marked(own: list[etree._Element]) -> tuple[str, ...]:
    """Names that the page marks up as authors: as a property of the article, then as a link."""
    for attribute, tag in (("itemprop", None), ("rel", "a"), ("rel", None)):
        texts = []
        for element in own:
            said = (element.get(attribute) or "").split()
            if "author" not in said or tag not in {None, element.tag}:
                continue
            name = element.find(".//*[@itemprop='name']")
            chosen = name if name is not None else element
            texts += [chosen.get("content") or ""] if chosen.get("content") else _lines(chosen)
        found = name_list(text for text in texts if len(text) <= _MAX_TEXT)
        if found:
            return found
    return ()


def _lines(element: etree._Element) -> list[str]:
    """What an element says: one line, or what each of its parts says where each is a full name."""
    if len(begin_of(element, _MOST_LINES)) > _MOST_LINES:
        return []  # it holds more than names
    pieces = [" ".join(text.split()) for text in element.itertext()]
    pieces = [each for each in pieces if any(map(str.isalpha, each))]
    named = [each for each in pieces if are_persons([each])]
    is_parted = any(_OF_A_NAME.search(each.get("class") or "") for each in element.iter())
    if len(pieces) > 1 and named and len(element) > 1 and not is_parted:
        return named
    return [" ".join(" ".join(element.itertext()).split())]


def _are_persons(names: tuple[str, ...], publisher: frozenset[str]) -> bool:
    """Whether names found by a class can be persons' names: two words at least, no button."""
    given, _, family = names[0].rpartition(" ")
    if given[:1].islower() or family[:1].islower() or not are_persons(names[:1]):
        return False
    if _NETWORKS & set(word_list(" ".join(names))):
        return False
    return not any(_is_publisher(name, publisher) for name in names)


def _classed(own: list[etree._Element], publisher: frozenset[str]) -> tuple[str, ...]:
    """Names in the first elements whose class says that they hold an author.

    Others of the same class count where they stand in the same block: elsewhere they are of others.
    """
    kind: str | None = None
    block: etree._Element | None = None
    texts: list[str] = []
    for element in own:
        said = element.get("class") or ""
        if not _CLASS.search(said) or (kind is not None and said != kind):
            continue
        if block is not None and block not in element.iterancestors():
            break
        lines = [line for line in _lines(element) if 0 < len(line) <= _MAX_TEXT]
        names = name_list(lines)
        if names and _are_persons(names, publisher):
            kind, block = said, block if block is not None else _block(element)
            texts += names
            if len(texts) >= _MAX_ELEMENTS:
                break
    return tuple(dict.fromkeys(texts))


def _signed(own: list[etree._Element], publisher: frozenset[str]) -> tuple[str, ...]:
    """Names that stand bold in a line of their own right above the text, or at the right below it.

    Other bold lines of two words are cross-headings, places and links to more.
    """
    said = [(each, begin_of(each, _MAX_BLOCK)) for each in own if each.tag == "p"]
    said = [(each, text) for each, text in said if text]
    long = [at for at, (_, text) in enumerate(said) if len(text) >= _PARAGRAPH]
    if not long:
        return ()
    above, below = said[long[0] - 1 : long[0]], said[long[-1] + 1 : long[-1] + 2]
    for element, text in [*above, *(each for each in below if _is_at_right(each[0]))]:
        names = name_list(text.split("/"))
        if _is_bold_line(element) and names and _are_persons(names, publisher):
            return names if are_persons(names) else ()
    return ()


def _is_bold_line(element: etree._Element) -> bool:
    """Whether all that a paragraph says is bold, and leads nowhere."""
    children = [each for each in element if isinstance(each.tag, str)]
    outside = (element.text or "") + "".join(each.tail or "" for each in children)
    is_bold = bool(children) and all(each.tag in {"strong", "b", "br"} for each in children)
    return is_bold and not outside.strip() and element.find(".//a") is None


def _is_at_right(element: etree._Element) -> bool:
    said = f"{element.get('style') or ''} {element.get('align') or ''} {element.get('class') or ''}"
    return "right" in said.lower()


def _block(element: etree._Element) -> etree._Element:
    """The largest element around a name that says little more than names."""
    block = element
    for parent in element.iterancestors():
        size = 0
        for text in parent.itertext():
            size += len(text.strip())
            if size > _MAX_BLOCK:
                return block
        block = parent
    return block
