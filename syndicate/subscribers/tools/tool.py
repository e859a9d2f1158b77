"""What a reader of one tool's files knows, beyond what names of columns say by themselves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tool:
    """A tool, by the columns of its files; all names in their plain form (`words.plain`).

    Attributes:
        name: as people call it.
        has: names that its files have, and hardly anybody else's.
        agreed: columns that say when a reader agreed, the surest first.
        known: columns that say since when the tool knows an address, whoever brought it.
        unasked: columns that read like status and are none.
        lists: the column that names a list, where a row is of one list alone.
        means: what a cell of a column means, where it is no word.
    """

    name: str
    has: frozenset[str]
    agreed: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    unasked: frozenset[str] = frozenset()
    lists: str = ""
    means: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def is_of(self, names: Collection[str]) -> bool:
        """Whether a file with these columns is the tool's."""
        return self.has <= set(names)
