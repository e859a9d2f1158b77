"""How deep markup of others is nested, and how long a parser of HTML would be busy with it.

For a tag such a parser walks over what is open, and opens again in every block what was left open
(`<b>`). So what may be open is counted before a parser has to build it. What a tag closes is not
what it says: `</b>` closes nothing where no `<b>` is open, and `</span>` nothing beyond a block.
Here an end tag closes only what was opened last and bears its name: whatever a parser makes of the
rest, it never has more open than is counted (but for the body and the rows that it adds to tables).

Source: HTML 13.2.4.2 (scopes), 13.2.6.1 (foster parents), 13.2.6.4.7 (what is closed by what).
"""

import re
from collections import Counter
from collections.abc import Iterator

# Steps over open elements; a fifth of a second of a parser's time at worst. Of a thousand real
# texts of feeds and pages the most laborious takes 170,000.
MOST_STEPS = 4_000_000
# No article has so many; to count them, and what they leave open, is work as well.
MOST_TAGS = 100_000
# What writes a text again moves all of its rest for each of these signs: bytes, about a second.
MOST_MOVED = 20_000_000_000
_MOVING = ("&", "\xa0")
_BEGIN = re.compile(r"<[A-Za-z]")
_BLANK = r"\t\n\f\r "
_VALUE = rf"\"[^\"]*\"|'[^']*'|[^{_BLANK}>\"'][^{_BLANK}>]*+|(?=>)"
_ATTRIBUTE = rf"[^{_BLANK}/>][^{_BLANK}/>=]*+(?:[{_BLANK}]*+=[{_BLANK}]*+(?:{_VALUE}))?+"
# One of: a tag; what ends at a sign of its own, and hides all signs before; what ends at any ">".
_PIECE = re.compile(
    rf"<(?P<end>/?)(?P<name>[A-Za-z][^{_BLANK}/>]*+)(?P<said>(?:[{_BLANK}/]++|{_ATTRIBUTE})*+)>"
    r"|(?P<comment><!--)|(?P<cdata><!\[CDATA\[)|<(?:[!?]|/(?![A-Za-z]))[^>]*+>"
    r"|(?P<broken><[A-Za-z/!?])"
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_MARK = re.compile(r"<[A-Za-z/!?]")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"}
    | {"track", "wbr"}
)
# Outside of SVG and MathML one of these ends another that was opened last.
_ENDS_ITS_LIKE = frozenset({"p", "li", "dd", "dt", "td", "th", "tr", "option"})
_FOREIGN = frozenset({"svg", "math"})
_ROWS = frozenset({"table", "tbody", "thead", "tfoot", "tr"})
_OF_TABLES = _ROWS | {"td", "th", "caption", "col", "colgroup"}
# What stands in a row and in no cell is moved before its table: a walk along all that stands there.
# Such walks, and those along attributes, are the quick ones.
_QUICK = 16
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:_.-]*)\b[^<>]*?(/?)>")


def deepest(markup: str) -> int:
    """How many elements are open at once, at most, in markup that is nested as XML is.

    An end tag ends the last element of its name with all that was opened in it, and one of a name
    that is not open ends nothing.
    """
    named: Counter[str] = Counter()
    opened: list[str] = []
    most = 0
    for tag in _TAG.finditer(markup):
        is_end, name, is_alone = tag[1], tag[2].lower(), tag[3]
        if is_end:
            while named[name] and opened:
                last = opened.pop()
                named[last] -= 1
                if last == name:
                    break
        elif not is_alone and name not in _VOID:
            opened.append(name)
            named[name] += 1
            most = max(most, len(opened))
    return most


def is_laborious(markup: str) -> bool:
    """Whether a parser of HTML might be busy with a text for longer than it is worth."""
    if markup.count("<") > MOST_TAGS or _moves_much(markup):
        return True
    if _at_most(markup) <= MOST_STEPS:
        return False
    reading = _Reading()
    return any(reading.steps > MOST_STEPS for _ in _read(markup, reading))


def _read(markup: str, reading: "_Reading") -> Iterator[None]:
    """Reads a text piece by piece."""
    at = 0
    while (piece := _PIECE.search(markup, at)) is not None:
        begin, end = piece.start(), _end_of(piece, markup)
        if piece["name"]:
            has_text = begin > at and not markup[at:begin].isspace()
            name, is_end = piece["name"].lower(), bool(piece["end"])
            reading.tag(name, piece["said"], is_end=is_end, has_text=has_text)
        reading.unclear(markup[begin + 1 : end])
        yield
        at = end


def _moves_much(markup: str) -> bool:
    """Whether signs that are written as references stand before too much text without a tag."""
    if sum(map(markup.count, _MOVING)) * len(markup) <= MOST_MOVED:
        return False
    runs = _BEGIN.split(markup)
    return sum(sum(map(run.count, _MOVING)) * len(run) for run in runs) > MOST_MOVED


def _at_most(markup: str) -> int:
    """Steps that a text may take at most, however it is nested."""
    tags = markup.count("<")
    attributes = sum(markup.count(sign) for sign in " \t\n\f\r/=")
    return tags * (tags + attributes) + attributes * attributes // _QUICK


def _end_of(piece: re.Match[str], markup: str) -> int:
    if piece["broken"]:
        # A tag that never ends: for a parser the end of all, if it is a tag.
        return len(markup)
    if piece["comment"] or piece["cdata"]:
        # "<!-->" is a whole comment.
        end = markup.find("-->" if piece["comment"] else "]]>", piece.start() + 2)
        return end + 3 if end != -1 else len(markup)
    return piece.end()


class _Reading:
    """What may be open as far as a text was read, and the steps that it took.

    Attributes:
        steps: over open elements, their attributes, and what stands before tables.
        weight: of what may be open, elements and attributes.
    """

    def __init__(self) -> None:
        self.steps = 0
        # (name, weight): an element and its attributes, which are copied with it
        self._opened: list[tuple[str, int]] = []
        self.weight = 0
        self._tags = 0
        self._is_foreign = self._has_table = self._is_loose = False

    def tag(self, name: str, said: str, *, is_end: bool, has_text: bool) -> None:
        """A tag; `said` are its attributes as written, text may stand before it."""
        last = self._opened[-1][0] if self._opened else ""
        self._count(is_in_row=last in _ROWS and (has_text or name not in _OF_TABLES))
        if is_end and name == last:
            self._close()
        elif is_end:
            # This may close a cell, so that what follows stands in a row.
            self._is_loose = self._has_table
        elif self._is_foreign or name not in _VOID:
            if name == last and name in _ENDS_ITS_LIKE and not self._is_foreign:
                self._close()
            self._open(name, len(_ATTRIBUTES.findall(said)) if said else 0)

    def unclear(self, text: str) -> None:
        """Text that is no markup unless a parser sees it otherwise: tags in it stay open."""
        for _ in _MARK.finditer(text):
            self._count(is_in_row=False)
            self._open("", 0)
            if self.steps > MOST_STEPS:
                break

    def _count(self, *, is_in_row: bool) -> None:
        self._tags += 1
        self.steps += self.weight
        if is_in_row or self._is_loose:
            self.steps += self._tags // _QUICK

    def _open(self, name: str, attributes: int) -> None:
        # Each attribute is compared with those before it.
        self.steps += attributes * attributes // _QUICK
        self._is_foreign |= name in _FOREIGN
        self._has_table |= name == "table"
        self.weight += 1 + attributes
        self._opened.append((name, 1 + attributes))

    def _close(self) -> None:
        self.weight -= self._opened.pop()[1]
