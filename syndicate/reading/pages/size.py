"""How much of a page is read: its first ten thousand elements, and of one place its first words.

What looks for the text of an article (trafilatura) takes four times as long for twice as many
elements beside each other, and a place's words are asked for at every depth. The largest of 184
articles of newsrooms has 2,300 elements.
"""

from itertools import islice

from lxml import etree

MOST_ELEMENTS = 10_000  # two readings of so many take 1.3 s of CPU at worst, measured

_BLANKS = " \n\t\r"


def is_large(root: etree._Element) -> bool:
    """Whether a page has more elements than are read."""
    return next(islice(root.iter(tag=etree.Element), MOST_ELEMENTS, None), None) is not None


def cut(root: etree._Element) -> etree._Element:
    """Take out of a page what stands behind its first elements.

    Args:
        root: a large page; it is changed.

    Returns:
        The last element that is left.
    """
    last = next(islice(root.iter(tag=etree.Element), MOST_ELEMENTS - 1, None))
    del last[:]
    for element in (last, *last.iterancestors()):
        parent = element.getparent()
        if parent is not None:
            del parent[parent.index(element) + 1 :]
    return last


def begin_of(element: etree._Element, most: int) -> str:
    """What an element says, on one line; where that is longer, a little more than so many signs.

    Args:
        element: any.
        most: signs, blanks counted once.
    """
    pieces: list[str] = []
    signs = 0
    for piece in element.itertext():
        pieces.append(piece)
        # Templates put many blanks between words, and none of them counts.
        signs += len(piece) - sum(map(piece.count, _BLANKS))
        if signs > most:
            break
    return " ".join("".join(pieces).split())
