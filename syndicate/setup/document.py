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
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from syndicate.errors import InvalidError, NotFoundError, SyndicateError, UsageError
from syndicate.newsroom.making import reading, secret_files
from syndicate.newsroom.making.fields import Field, Shape
from syndicate.newsroom.making.problems import quoted
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.making.shelves import Shelf
from syndicate.setup.kinds import SHELVES

WAS = "was"
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
    was: str | None
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


def read(path: Path, body: bytes | None = None) -> Document:
    """Read a file.

    Args:
        path: where it is.
        body: what it says, where it came by standard input and has no place.

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
    made = Document(path, text, tuple(entries))
    faults += _faults(made)
    if faults:
        raise InvalidError(
            "\n".join(dict.fromkeys(said for _, said in faults)), fields=dict(faults)
        )
    return Document(path, text, tuple(_with_files(made, each) for each in entries))


def _name(path: Path) -> str:
    return "standard input" if path == _STDIN else path.name


def _text_of(path: Path, body: bytes | None) -> str:
    if body is None and not path.is_file():
        raise NotFoundError(f"There is no file {path}; name one that exists.")
    try:
        size_bytes = path.stat().st_size if body is None else len(body)
        if size_bytes > _MOST_BYTES:
            raise UsageError(
                f"{_name(path)} is larger than 2 MiB; it is no description of a newsroom."
            )
        return path.read_text("utf-8") if body is None else body.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{_name(path)} is not in UTF-8; save it so.") from error
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read ({error.strerror}).") from error


def _tables(document: Document) -> dict[str, Any]:
    try:
        return tomllib.loads(document.text)
    except tomllib.TOMLDecodeError as error:
        said = _AT.fullmatch(str(error))
        why, line = (said[1], f", line {said[2]}") if said else (str(error), "")
        raise UsageError(f"{document.name}{line}: this is not TOML: {why}.") from error
    except RecursionError as error:
        raise UsageError(f"{document.name} is nested too deep to be read.") from error


def _strangers(document: Document, tables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    known = [shelf.kind.plural for shelf in SHELVES]
    for name in tables:
        if name not in known:
            meant = reading.nearest(name, known)
            hint = f"did you mean {meant}?" if meant else f"there are {', '.join(known)}."
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
    return Named(shelf, given, str(was).strip() if was else None, number)


def _plain(value: Any) -> Any:
    """A value as other faces have it: TOML knows times of day, which are text to us."""
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, dt.date | dt.datetime) else value


def _faults(document: Document) -> list[tuple[str, str]]:
    """What is wrong with the form of all values, and slugs that are named twice."""
    found: list[tuple[str, str]] = []
    seen: set[tuple[str, str | None, str]] = set()
    for entry in document.entries:
        kind = entry.shelf.kind
        key = (kind.word, entry.publication, entry.slug)
        if entry.slug and key in seen:
            twice = f"The {kind.word} {quoted(entry.slug)} is in the file twice."
            found.append((_place(entry, "slug"), document.at(twice, entry, "slug")))
        seen.add(key)
        given = {
            name: value for name, value in entry.given.items() if not _is_file(kind.field(name))
        }
        read_ = reading.read(kind, given, is_new=False)
        for name, problem in read_.problems.items():
            found.append((_place(entry, name), document.at(problem.sentence, entry, name)))
        if "slug" not in entry.given:
            none = f"{kind.one.capitalize()} needs its slug."
            found.append((_place(entry, "slug"), document.at(none, entry)))
    return found


def _place(entry: Named, name: str) -> str:
    return f"{entry.shelf.kind.plural}.{entry.slug or entry.number}.{name}"


def _is_file(asked: Field | None) -> bool:
    return asked is not None and asked.shape in {Shape.PICTURE, Shape.SECRET}


def _with_files(document: Document, entry: Named) -> Named:
    """An entry with what the files hold that it names: a picture's bytes, a secret's hash."""
    given = dict(entry.given)
    for name, value in given.items():
        asked = entry.shelf.kind.field(name)
        if asked is not None and _is_file(asked) and value:
            file = document.path.parent / str(value)
            if document.path == _STDIN and not file.is_absolute():
                alone = (
                    f"The {name} is a file beside newsroom.toml, and nothing is beside standard "
                    "input; give the path of newsroom.toml instead."
                )
                raise UsageError(document.at(alone, entry, name))
            if asked.shape is Shape.SECRET:
                given[name] = _secret(document, entry, name, file)
                continue
            if not file.is_file():
                named = f"which {document.name} names as {name}"
                raise NotFoundError(f"There is no file {file}, {named}.")
            given[name] = file.read_bytes()
    return Named(entry.shelf, given, entry.was, entry.number)


def _secret(document: Document, entry: Named, name: str, file: Path) -> Secret:
    try:
        return secret_files.of_file(file, str(entry.given[name]))
    except SyndicateError as error:
        raise type(error)(document.at(str(error), entry, name)) from error


def _line_of(text: str, plural: str | None, number: int, name: str | None) -> int | None:
    """The line of an entry, or of one of its keys; from 1, None where it is not found."""
    head, count, inside = None, -1, False
    for line_number, line in enumerate(text.splitlines(), 1):
        array, table = _ARRAY.match(line), _HEAD.match(line)
        if array or table:
            found = array or table
            inside = found is not None and found[1] == plural
            if array and inside:
                count += 1
            if inside and head is None and (count == number or not array):
                head = line_number
            sub = _SUB.match(line)
            if inside and count == number and sub and sub[1] == name:
                return line_number
            continue
        key = _KEY.match(line)
        if key and inside and count == number and key[1] == name:
            return line_number
        if key and head is None and count < 0 and key[1] == plural:
            head = line_number
    return head
