"""`newsroom.toml`: what a newsroom is made of, as one file says it; read without touching a row.

    [[sections]]
    publication = "courier"     # may be left out where the file has one publication
    slug = "asia"
    was = "far-east"            # renames that one, as long as it is still called so
    name = "Asia"
    parent = "world"

Each fault is one sentence with the file and the line. A picture is a file beside this one.
"""

import datetime as dt
import functools
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syndicate import files
from syndicate.errors import InvalidError, NotFoundError, SyndicateError, UsageError
from syndicate.newsroom.making import meant, pictures, reading, secret_files
from syndicate.newsroom.making.fields import Field, Shape
from syndicate.newsroom.making.problems import quoted
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup.kinds import SHELVES

WAS = "was"
Faults = Sequence[tuple[str, str]]  # the place of each, and a sentence
_STDIN = Path("-")
_MOST_BYTES = 2 * 1024 * 1024
_HEAD = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)[\s\].]")
_ARRAY = re.compile(r"\s*\[\[\s*([A-Za-z0-9_-]+)\s*\]\]")
_SUB = re.compile(r"\s*\[\s*[A-Za-z0-9_-]+\s*\.\s*([A-Za-z0-9_-]+)")
_KEY = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[.=]")
_AT = re.compile(r"(.*) \(at line ([0-9]+), column [0-9]+\)", re.DOTALL)


@dataclass(frozen=True)
class Named:
    """One thing that the file names.

    Attributes:
        shelf: of its kind.
        given: raw values by field.
        was: the slug it had before, if the file says so.
        number: its place among those of its kind, from 0.
    """

    shelf: Shelf
    given: Mapping[str, object]
    was: object
    number: int

    @property
    def slug(self) -> str:
        """Its slug, as the file has it."""
        return str(self.given.get("slug", "")).strip()

    @property
    def publication(self) -> str | None:
        """The slug of the publication that it belongs to."""
        said = self.given.get("publication")
        return str(said).strip() if said and self.shelf.kind.is_within else None


@dataclass(frozen=True)
class Document:
    """A file that was read.

    Attributes:
        path: where it is; `-` where it came by standard input.
        text: what it says.
        entries: in the order of their kinds, and in its own.
    """

    path: Path
    text: str
    entries: Sequence[Named] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """What faults call it."""
        return _name(self.path)

    def at(self, sentence: str, entry: Named | None = None, name: str | None = None) -> str:
        """A sentence with the file and the line that it is about."""
        plural = entry.shelf.kind.plural if entry is not None else None
        line = _line_of(self.text, plural, entry.number if entry else 0, name)
        return f"{self.name}, line {line}: {sentence}" if line else sentence


def read(
    path: Path,
    body: bytes | None = None,
    missing: Callable[[Document, Faults], Faults] = lambda _document, _faults: (),
) -> Document:
    """Read a file.

    Args:
        path: where it is.
        body: what it says, where it came by standard input and has no place.
        missing: what else is wrong with what was read, as rows say; by the faults found so far.

    Raises:
        NotFoundError: there is none.
        UsageError: it is not TOML.
        InvalidError: what it says cannot be used; all of it is told, with a sentence for each.
    """
    text = _text_of(path, body)
    empty = Document(path, text)
    tables = _tables(empty)
    faults = list(_strangers(empty, tables))
    only = _only_publication(tables)
    entries: list[Named] = []
    for shelf in SHELVES:
        found = tables.get(shelf.kind.plural, [])
        if not _is_list_of_tables(found):
            faults.append((shelf.kind.plural, _no_tables(empty, shelf.kind.plural)))
            continue
        entries += [_entry(shelf, each, number, only) for number, each in enumerate(found)]
    named = Document(path, text, tuple(entries))
    faults += _faults(named)
    made = Document(path, text, tuple(_with_files(named, each, faults) for each in entries))
    faults += missing(made, tuple(faults))
    refuse(faults)
    return made


def refuse(faults: Faults) -> None:
    """Raise all that is wrong with a file, if anything is.

    Raises:
        InvalidError: something is.
    """
    if faults:
        said = "\n".join(dict.fromkeys(sentence for _, sentence in faults))
        raise InvalidError(said, fields=dict(faults))


def _name(path: Path) -> str:
    return "standard input" if path == _STDIN else path.name


def _text_of(path: Path, body: bytes | None) -> str:
    if body is None and not files.is_there(path):
        raise NotFoundError(f"There is no file {path}; name one that exists.")
    if body is None:
        body = files.held_by(path, path.name, most_bytes=_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise UsageError(f"{_name(path)} is larger than 2 MiB; it is no description of a newsroom.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{_name(path)} is not in UTF-8; save it so.") from error


def _tables(document: Document) -> dict[str, Any]:
    try:
        return tomllib.loads(document.text)
    except tomllib.TOMLDecodeError as error:
        said = _AT.fullmatch(str(error))
        why, line = (said[1], f", line {said[2]}") if said else (str(error), "")
        raise UsageError(f"{document.name}{line}: this is not TOML: {why}.") from error
    except RecursionError as error:
        raise UsageError(f"{document.name} is nested too deep to be read.") from error
    except ValueError as error:  # a number of thousands of digits
        raise UsageError(f"{document.name} holds a number that is too long to be read.") from error


def _strangers(document: Document, tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = [shelf.kind.plural for shelf in SHELVES]
    for name in tables:
        if name not in known:
            near = meant.nearest(name, known)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}."
            sentence = f"There are no {quoted(name)} in a newsroom; {hint}"
            yield name, _at_top(document, name, sentence)


def _no_tables(document: Document, plural: str) -> str:
    return _at_top(document, plural, f"Write each of the {plural} as [[{plural}]].")


def _at_top(document: Document, name: str, sentence: str) -> str:
    line = _line_of(document.text, name, 0, None)
    return f"{document.name}, line {line}: {sentence}" if line else sentence


def _is_list_of_tables(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, dict) for each in found)


def _only_publication(tables: Mapping[str, Any]) -> str | None:
    found = tables.get("publications")
    if _is_list_of_tables(found) and len(found or ()) == 1:
        return str(found[0].get("slug", "")) or None if found else None
    return None


def _entry(shelf: Shelf, table: Mapping[str, Any], number: int, only: str | None) -> Named:
    given = {name: _plain(value) for name, value in table.items() if name != WAS}
    if shelf.kind.is_within and only is not None:
        given.setdefault("publication", only)
    was = table.get(WAS)
    return Named(shelf, given, was.strip() or None if isinstance(was, str) else was, number)


def _plain(value: Any) -> Any:
    """A value as other faces have it: TOML knows times of day, which are text to us."""
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, dt.date | dt.datetime) else value


def _faults(document: Document) -> list[tuple[str, str]]:
    """What is wrong with the form of all values, and slugs that are named twice."""
    found = list(_of_was(document))
    seen: dict[tuple[str, str], set[str | None]] = {}
    for entry in document.entries:
        kind = entry.shelf.kind
        theirs = seen.setdefault((kind.word, entry.slug), set())
        # Whoever leaves the publication out may mean any.
        if (
            entry.slug
            and theirs
            and (entry.publication is None or {entry.publication, None} & theirs)
        ):
            twice = f"The {kind.word} {quoted(entry.slug)} is in the file twice."
            found.append((place_of(entry, "slug"), document.at(twice, entry, "slug")))
        theirs.add(entry.publication)
        given = {
            name: value for name, value in entry.given.items() if not _is_file(kind.field(name))
        }
        read_ = reading.read(kind, given, is_new=False)
        for name, problem in read_.problems.items():
            found.append((place_of(entry, name), document.at(problem.sentence, entry, name)))
        if "slug" not in entry.given:
            none = f"{kind.one.capitalize()} needs its slug."
            found.append((place_of(entry, "slug"), document.at(none, entry)))
    return found


def _of_was(document: Document) -> Iterator[tuple[str, str]]:
    """What is wrong with former slugs: no text, said of two things, or two that change places."""
    heirs: dict[tuple[str, str | None, str], Named] = {}
    for entry in document.entries:
        if entry.was is None:
            continue
        kind = entry.shelf.kind
        said = quoted(entry.was)
        sentence = None
        if not isinstance(entry.was, str):
            sentence = f"The slug that {kind.one} had before must be text."
        elif (kind.word, entry.publication, entry.was) in heirs:
            sentence = f"Two {kind.plural} cannot both have been {said}; say it of one of them."
        else:
            heirs[kind.word, entry.publication, entry.was] = entry
            if _comes_back(entry, heirs):
                sentence = (
                    f"{quoted(entry.slug)} and {said} cannot change places in one file; "
                    "give one of them a third slug first."
                )
        if sentence is not None:
            yield place_of(entry, WAS), document.at(sentence, entry, WAS)


def _comes_back(entry: Named, heirs: Mapping[tuple[str, str | None, str], Named]) -> bool:
    """Whether a thing's slug goes from heir to heir, and at last to what it was itself."""
    kind, slug, seen = entry.shelf.kind.word, entry.slug, {str(entry.was)}
    while slug not in seen:
        seen.add(slug)
        heir = heirs.get((kind, entry.publication, slug))
        if heir is None:
            return False
        slug = heir.slug
    return entry.slug != entry.was


def place_of(entry: Named, name: str) -> str:
    """What a field of an entry is called among the faults of the file."""
    return f"{entry.shelf.kind.plural}.{entry.slug or entry.number}.{name}"


def _is_file(asked: Field | None) -> bool:
    return asked is not None and asked.shape in {Shape.PICTURE, Shape.SECRET}


def _with_files(document: Document, entry: Named, faults: list[tuple[str, str]]) -> Named:
    """An entry with what the files hold that it names: a picture's bytes, a secret's hash.

    What is wrong with them is added to the faults; such a field is left out.
    """
    given = dict(entry.given)
    for name, value in entry.given.items():
        asked = entry.shelf.kind.field(name)
        if asked is None or not _is_file(asked) or not value:
            continue
        try:
            given[name] = _held(document, entry, asked, value)
        except SyndicateError as error:
            faults.append((place_of(entry, name), document.at(str(error), entry, name)))
            del given[name]
    return Named(entry.shelf, given, entry.was, entry.number)


def _held(document: Document, entry: Named, asked: Field, value: object) -> bytes | Secret:
    """What the file holds that a field names."""
    if not isinstance(value, str):
        raise UsageError(f"The {asked.label} is the path of a file; write it in quotes.")
    file = document.path.parent / value
    if document.path == _STDIN and not file.is_absolute():
        raise UsageError(
            f"The {asked.name} is a file beside newsroom.toml, and nothing is beside standard "
            "input; give the path of newsroom.toml instead."
        )
    if asked.shape is Shape.SECRET:
        return secret_files.of_file(file, value)
    if not files.is_there(file):
        raise NotFoundError(f"There is no file {quoted(value)}, which is named as {asked.name}.")
    # Enough of it to see that it is too large.
    held = files.held_by(file, file.name, most_bytes=pictures.MOST_BYTES + 1)
    reading.one(entry.shelf.kind, asked, held)
    return held


def _line_of(text: str, plural: str | None, number: int, name: str | None) -> int | None:
    """The line of an entry, or of one of its keys; from 1, None where it is not found."""
    found = _lines_of(text)
    return next(
        (
            found[place]
            for place in ((plural, number, name), (plural, number, None), (plural, None, None))
            if place in found
        ),
        None,
    )


@functools.lru_cache(maxsize=1)  # one file has one text, and may have thousands of faults
def _lines_of(text: str) -> Mapping[tuple[str | None, int | None, str | None], int]:
    """Line by kind, number and key; without the key that of the entry, without both of the kind."""
    found: dict[tuple[str | None, int | None, str | None], int] = {}
    counts: Counter[str] = Counter()
    inside: str | None = None
    for line_number, line in enumerate(text.split("\n"), 1):
        array, table = _ARRAY.match(line), _HEAD.match(line)
        head = array or table
        if head:
            inside = head[1]
            counts[inside] += bool(array)
            found.setdefault((inside, None, None), line_number)
            sub = _SUB.match(line)
            place = (inside, counts[inside] - 1, sub[1] if sub else None)
            found.setdefault(place, line_number)
            continue
        key = _KEY.match(line)
        if key and inside is None:
            found.setdefault((key[1], None, None), line_number)
        elif key:
            found.setdefault((inside, counts[str(inside)] - 1, key[1]), line_number)
    return found
