"""Tags and labels of a file's readers: sections that they choose, where an operator says so; pure.

Nothing here is filed under a tag, so what is no section on offer is left out, and said once a tag:
Mailchimp, MailPoet and Shopify call them tags, Ghost labels. How a tool parts them is in
docs/facts/readers.md.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence

from syndicate import phrases as counting
from syndicate.subscribers.csvfile import Row
from syndicate.subscribers.status_cells import quoted
from syndicate.subscribers.words import phrases, plain

_NAMES = phrases("tags")
_LONGEST = 5_000  # characters of a cell that are looked at


def places_of(names: Sequence[str]) -> tuple[int, ...]:
    """Places of the columns that hold tags, by their names."""
    return tuple(place for place, name in enumerate(names) if plain(name) in _NAMES)


def tags_in(cell: str) -> list[str]:
    """The tags of a cell: `"vip","Sport"`, `vip; Sport`, `["vip"]`, or one alone."""
    text = " ".join(cell[:_LONGEST].split())
    told = _of_json(text) if text[:1] == "[" else None
    if told is None:
        signs = (sign for sign in ",;|" if sign in text)
        told = next(csv.reader([text], delimiter=next(signs, ","), skipinitialspace=True), [])
    return [tag for each in told if (tag := each.strip())]


class Tags:
    """What the tags of a file's readers choose, and which choose nothing.

    Args:
        names: of the file's columns.
        sections: what the newsletter offers: slug to name.
        is_choice: whether somebody said that tags are sections.
    """

    def __init__(
        self, names: Sequence[str], sections: Mapping[str, str], *, is_choice: bool
    ) -> None:
        self._places = places_of(names)
        by_name = {plain(name): slug for slug, name in sections.items()}
        self._sections = by_name | {plain(slug): slug for slug in sections}
        self._is_choice = is_choice
        self._left = dict[str, tuple[str, int, int]]()

    def chosen(self, row: Row) -> tuple[str, ...]:
        """Slugs of the sections that a row's tags choose; the other tags are remembered."""
        found = dict[str, str]()
        for place in self._places:
            found |= {plain(tag): tag for tag in tags_in(row.cells[place])}
        chosen = {key for key in found if self._is_choice and key in self._sections}
        for key in found.keys() - chosen:
            name, number, rows = self._left.get(key, (found[key], row.number, 0))
            self._left[key] = (name, number, rows + 1)
        return tuple(sorted(self._sections[key] for key in chosen))

    def notes(self) -> Iterator[tuple[int, str]]:
        """(line where it is first, what was left out) of each tag that chose nothing."""
        for key, (name, number, rows) in self._left.items():
            section = self._sections.get(key)
            why = f", though the newsletter has the section {section}" if section else ""
            of = counting.counted(rows, "reader")
            yield number, f"the tag “{quoted(name)}” of {of} was left out{why}"


def _of_json(text: str) -> list[str] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else None
