"""Tags of a broken feed, straightened: each closed once, in order, with its attributes quoted.

    <guid>g-1<title>Floods</title>      what holds text alone ends where the next element begins
    <title>Floods</titel>               an end of nothing is left out
    <description><b>It rose</description>   what stands within is ended with it
    <item>…<item>                       no item stands in another
    1 < 2                               a sign that begins no tag is a sign
    <dc:creator>, never declared        means what everybody means by it

Pure, and linear in the length: the text may be hostile.
"""

import re

from syndicate.reading.feeds.elements import ITEMS, PREFIXES

_NAME = r"[A-Za-z_][\w.-]*+(?::[A-Za-z_][\w.-]*+)?"
_TAG = re.compile(rf"<(/?)({_NAME})((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
# With a quotation mark that is never closed.
_LOOSE_TAG = re.compile(rf"<(/?)({_NAME})([^<>]*+)>")
_ATTRIBUTE = re.compile(rf"(?<![\w.:-])({_NAME})\s*+=\s*+(\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++)")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_SKIPPED = (("<!--", "-->"), ("<?", ">"), ("<!", ">"))
_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_AROUND = frozenset({"rss", "rdf", "feed", "channel", "items", "item", "entry"})
# Fields of an entry that hold text alone, and those that hold markup.
TEXTS = frozenset(
    {
        *("title", "link", "guid", "id", "pubdate", "published", "updated", "issued", "modified"),
        *("category", "comments", "dc:creator", "dc:date", "dc:subject", "dc:title"),
    }
)
RICH = frozenset({"description", "summary", "content", "content:encoded", "fullitem"})
# No HTML has them: where they begin, a text is over.
_SURE = frozenset({"guid", "pubdate", "published", "updated", "category", "comments", *RICH})
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "col", "area", "meta", "param", "embed"})


def straightened(text: str) -> str:
    """A document whose tags are in order; nothing when it holds no feed."""
    return _Straight(text).all()


class _Straight:
    """One document, from its root to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._open: list[str] = []
        self._root: tuple[str, dict[str, str]] = ("", {})
        self._prefixes: set[str] = set()
        self._declared: dict[str, str] = {}

    def all(self) -> str:
        at = 0
        while at < len(self._text):
            begin = self._text.find("<", at)
            if begin == -1:
                begin = len(self._text)
            self._say(self._text[at:begin])
            at = self._next(begin)
            if self._root[0] and not self._open:
                break
        while self._open:
            self._out.append(f"</{self._open.pop()}>")
        return f"{self._head()}{''.join(self._out)}" if self._root[0] else ""

    def _next(self, at: int) -> int:
        """What begins at a "<", and where it ends."""
        text = self._text
        if text.startswith(_CDATA, at):
            end = text.find(_CDATA_END, at)
            end = len(text) if end == -1 else end
            if self._open:
                self._out.append(f"{text[at:end]}{_CDATA_END}")
            return end + len(_CDATA_END)
        for begin, mark in _SKIPPED:
            if text.startswith(begin, at):
                end = text.find(mark, at)
                return len(text) if end == -1 else end + len(mark)
        tag = _TAG.match(text, at) or _LOOSE_TAG.match(text, at)
        if tag is None:
            self._say("&lt;" if at < len(text) else "")
            return at + 1
        slash, name, rest = tag.groups()
        if slash:
            self._end(name)
        else:
            self._start(name, rest)
        return tag.end()

    def _say(self, text: str) -> None:
        if self._open:
            self._out.append(text.replace(_CDATA_END, "]]&gt;"))

    def _start(self, name: str, rest: str) -> None:
        low = name.lower()
        if not self._root[0]:
            if low.rpartition(":")[2] in _ROOTS:
                self._root = (name, _attributes(rest))
                self._note(name, self._root[1])
                self._open.append(name)
            return
        self._make_room(low)
        attributes = _attributes(rest)
        self._note(name, attributes)
        said = "".join(f' {key}="{value}"' for key, value in attributes.items())
        if rest.rstrip().endswith("/") or low in _VOID:
            self._out.append(f"<{name}{said}/>")
            return
        self._out.append(f"<{name}{said}>")
        self._open.append(name)

    def _make_room(self, low: str) -> None:
        """End what a tag cannot stand in."""
        is_item = low.rpartition(":")[2] in ITEMS
        enders = (
            (ITEMS, is_item),
            (TEXTS, not is_item and _is_field(low)),
            (RICH, low in _SURE),
        )
        for names, is_ender in enders:
            at = self._last(names) if is_ender else None
            if at is not None:
                self._close(at)

    def _last(self, names: frozenset[str]) -> int | None:
        """Where the innermost of some elements was opened, within the entry that is open."""
        for at in range(len(self._open) - 1, -1, -1):
            low = self._open[at].lower()
            if low in names or (names is ITEMS and low.rpartition(":")[2] in names):
                return at
            if low.rpartition(":")[2] in _AROUND:
                return None
        return None

    def _end(self, name: str) -> None:
        low = name.lower()
        is_around = low.rpartition(":")[2] in _AROUND
        for at in range(len(self._open) - 1, -1, -1):
            opened = self._open[at].lower()
            if opened == low:
                self._close(at)
                return
            if opened.rpartition(":")[2] in _AROUND and not is_around:
                return

    def _close(self, at: int) -> None:
        while len(self._open) > at:
            self._out.append(f"</{self._open.pop()}>")

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        """Prefixes that are used, and those that are declared."""
        for each in (name, *attributes):
            prefix, colon, rest = each.partition(":")
            if colon and prefix == "xmlns":
                self._declared.setdefault(rest, attributes[each])
            elif colon and prefix != "xml":
                self._prefixes.add(prefix)

    def _head(self) -> str:
        name, attributes = self._root
        for prefix in sorted(self._prefixes):
            meant = self._declared.get(prefix) or PREFIXES.get(prefix) or f"urn:{prefix}"
            attributes.setdefault(f"xmlns:{prefix}", meant)
        said = "".join(f' {key}="{value}"' for key, value in attributes.items())
        return f"<{name}{said}>"


def _is_field(low: str) -> bool:
    prefix, colon, _ = low.partition(":")
    is_known = bool(colon) and prefix in PREFIXES and prefix != "xhtml"
    return low in TEXTS or low in RICH or is_known


def _attributes(rest: str) -> dict[str, str]:
    """Attributes by name, the first of each."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(rest):
        bare = value[1:-1] if value[0] in "\"'" else value.rstrip("/")
        found.setdefault(name, bare.replace("<", "&lt;").replace('"', "&quot;"))
    return found
