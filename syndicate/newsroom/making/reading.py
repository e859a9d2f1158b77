"""From what came in by a form, a file, JSON or an option to values that can be kept. Pure.

Whatever the face, one value goes one way: text is trimmed, a list may come as lines or with commas,
an empty text takes a value away. Every field's fault is told, each in one sentence.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, available_timezones

from syndicate import bounds, languages, slugs
from syndicate.errors import SyndicateError, UsageError
from syndicate.newsroom.making import days, granted, meant, objects, pictures, web_hosts
from syndicate.newsroom.making.fields import Field, Kind, Shape, Value, Values
from syndicate.newsroom.making.pictures import PictureFile
from syndicate.newsroom.making.problems import NEVER_IN_A_LINE, Problem, no_choice, no_slug, quoted
from syndicate.newsroom.making.secret_files import Secret
from syndicate.newsroom.tokens import permitted
from syndicate.store.readers.recipients import normalise

_MAX_SLUG, _MAX_LANGUAGE, _MAX_ZONE = 80, 35, 64
_NEVER_IN_PROSE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_BETWEEN = re.compile(r"[,;\s]+")
_LINES = re.compile(r"[,\n]+")
_LINE_ENDS = re.compile(r"[\r\n]+")
_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})
_NOTHING: Values = {}


@dataclass(frozen=True)
class Read:
    """What came in: values that can be kept, and what is wrong with the others."""

    values: dict[str, Value] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def read(
    kind: Kind, given: Mapping[str, object], *, is_new: bool, before: Values = _NOTHING
) -> Read:
    """Read everything that was given of a thing.

    Args:
        kind: what sort of thing.
        given: raw values by a field's name.
        is_new: then every field gets a value, its default where nothing is given.
        before: what the thing has already, which says what fields there are for it.
    """
    found = Read(problems=dict(_strangers(kind, given)))
    for each in kind.fields:
        if each.name not in given and not is_new:
            continue
        if not each.is_had_by({**before, **found.values}):
            found.values[each.name] = each.nothing
            if not _is_nothing(given.get(each.name)):
                what = found.values.get("kind", before.get("kind"))
                found.problems[each.name] = Problem(
                    f"{kind.one.capitalize()} of the kind {what} has no {each.label}; leave that "
                    "field empty."
                )
            continue
        try:
            value = one(kind, each, given.get(each.name, each.default))
        except SyndicateError as error:
            name = given.get("name") or given.get("title")
            is_needed = each.shape is Shape.SLUG and _is_nothing(given.get(each.name))
            unread = no_slug(kind.one, name, each.example) if is_needed else None
            found.problems[each.name] = Problem(unread or str(error))
        else:
            found.values[each.name] = value
    return found


def one(kind: Kind, asked: Field, raw: object) -> Value:
    """Read the value of one field.

    Raises:
        UsageError: it cannot be used, or is needed and not there.
        OutOfBoundsError, BadAddressError: likewise.
    """
    if _is_nothing(raw) and not asked.is_required:
        raw = asked.default
    value = asked.nothing if _is_nothing(raw) else _READERS[asked.shape](kind, asked, raw)
    if asked.is_required and value == asked.nothing and asked.shape is not Shape.FLAG:
        raise UsageError(f"{kind.one.capitalize()} needs its {asked.label}. {asked.means}")
    return value


def unknown_field(kind: Kind, name: str) -> str:
    """What is said of a field that a kind does not have."""
    near = meant.nearest(name, kind.names)
    hint = f"did you mean {near}?" if near else f"it has {', '.join(kind.names)}."
    return f"{kind.one.capitalize()} has no field {quoted(name)}; {hint}"


def _strangers(kind: Kind, given: Mapping[str, object]) -> Iterable[tuple[str, Problem]]:
    for name in given:
        if kind.field(name) is None:
            yield name, Problem(unknown_field(kind, name))


def _is_nothing(raw: object) -> bool:
    if isinstance(raw, str):
        return not raw.strip()
    return raw is None or (isinstance(raw, Sequence | Mapping | bytes) and not raw)


def _text_of(asked: Field, raw: object) -> str:
    if not isinstance(raw, str):
        raise UsageError(f"The {asked.label} must be text.")
    return bounds.text(raw.strip(), f"The {asked.label}")


def _text(_kind: Kind, asked: Field, raw: object) -> str:
    text = bounds.text(_text_of(asked, raw), f"The {asked.label}", most=asked.most)
    if NEVER_IN_A_LINE.search(text):
        raise UsageError(
            f"The {asked.label} holds a line break or a control character; leave it out."
        )
    return text


def _prose(_kind: Kind, asked: Field, raw: object) -> str:
    text = _text_of(asked, raw).replace("\r\n", "\n")
    if _NEVER_IN_PROSE.search(text):
        raise UsageError(f"The {asked.label} holds a control character; leave it out.")
    return bounds.text(text, f"The {asked.label}", most=asked.most)


def _slug(kind: Kind, asked: Field, raw: object) -> str:
    text = _text_of(asked, raw)
    slugs.check(text, kind.word, most=min(asked.most, _MAX_SLUG))
    return text


def _row(_kind: Kind, asked: Field, raw: object) -> str:
    text = _text(_kind, asked, raw)
    try:
        slugs.check(text, asked.of or asked.label, most=_MAX_SLUG)
    except UsageError:
        raise UsageError(f"There is no {asked.of} {quoted(text)}; name one by its slug.") from None
    return text


def _host(_kind: Kind, asked: Field, raw: object) -> str:
    said = _text_of(asked, raw)
    host = web_hosts.host(said)
    if host is None:
        raise UsageError(
            f"{quoted(said)} is not a host name; write it alone, such as news.example, without "
            "https:// and without a path."
        )
    return host


def _web(_kind: Kind, asked: Field, raw: object) -> str:
    return bounds.web_address(_text_of(asked, raw), f"The {asked.label}")


def _mail(_kind: Kind, asked: Field, raw: object) -> str:
    return normalise(_text(_kind, asked, raw))


def _language(_kind: Kind, asked: Field, raw: object) -> str:
    said = _text_of(asked, raw)
    tag = languages.normalised(said)
    if tag is None or len(tag) > _MAX_LANGUAGE or not languages.is_known(tag):
        near = meant.language(said)
        hint = f"did you mean {near}?" if near else "write one such as en or ar."
        raise UsageError(f"{quoted(said)} is not a language tag; {hint}")
    return tag


def _zone(_kind: Kind, asked: Field, raw: object) -> str:
    said = _text_of(asked, raw)
    try:
        is_zone = len(said) <= _MAX_ZONE and bool(ZoneInfo(said))
    except (KeyError, ValueError, OSError):
        is_zone = False
    if not is_zone or said not in available_timezones():
        near = meant.zone(said)
        raise UsageError(
            f"There is no time zone {quoted(said)}; "
            + (f"did you mean {near}?" if near else "name one such as Europe/London.")
        )
    return said


def _choice(_kind: Kind, asked: Field, raw: object) -> str:
    said = _text_of(asked, raw)
    if said not in asked.choices:
        raise no_choice(asked.label, said, asked.choices)
    return said


def _flag(_kind: Kind, asked: Field, raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    said = str(raw).strip().lower()
    if said not in _YES | _NO:
        raise UsageError(f"The {asked.label} is yes or no, not {quoted(raw)}.")
    return said in _YES


def _number(_kind: Kind, asked: Field, raw: object) -> int:
    is_number = isinstance(raw, int) and not isinstance(raw, bool)
    said = str(raw).strip() if is_number or isinstance(raw, str) else ""
    if not _NUMBER.fullmatch(said) or not asked.least <= int(said) <= asked.most:
        raise UsageError(
            f"The {asked.label} is a whole number from {asked.least:,} to {asked.most:,}, not "
            f"{quoted(raw)}."
        )
    return int(said)


def _parts(asked: Field, raw: object, between: re.Pattern[str] = _BETWEEN) -> list[object]:
    """What was given as a list, or as lines, or with commas; each once, in its order."""
    if isinstance(raw, str):
        found: list[object] = [each.strip() for each in between.split(raw) if each.strip()]
    elif isinstance(raw, Sequence) and not isinstance(raw, bytes):
        found = [
            part
            for each in raw
            for part in (between.split(each.strip()) if isinstance(each, str) else [each])
            if part != ""
        ]
    else:
        raise UsageError(f"The {asked.label} must be a list.")
    if len(found) > asked.most:
        raise UsageError(f"The {asked.label} are more than {asked.most:,}; name fewer.")
    return found


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _languages(kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return _once(_language(kind, asked, each) for each in _parts(asked, raw))


def _rows(kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return _once(_row(kind, asked, each) for each in _parts(asked, raw))


def _texts(_kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return _once(_text(_kind, asked, each) for each in _parts(asked, raw, _LINES))


def _grants(kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return granted.folded(granted.spread(_texts(kind, asked, raw)))


def _phrases(_kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return _once(_text(_kind, asked, each) for each in _parts(asked, raw, _LINE_ENDS))


def _permissions(kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    return granted.roles_first(permitted(_text(kind, asked, each) for each in _parts(asked, raw)))


def _date(_kind: Kind, _asked: Field, raw: object) -> str:
    day = days.day(quoted(raw).strip())
    if day is None:
        raise UsageError(f"{quoted(raw)} is not a day; write it as 2027-12-31.")
    return day


def _secret(_kind: Kind, asked: Field, raw: object) -> Secret:
    if not isinstance(raw, Secret):
        raise UsageError(f"The {asked.label} is the path of a file, named in a file or a shell.")
    return raw


def _times(_kind: Kind, asked: Field, raw: object) -> tuple[str, ...]:
    found = set()
    for each in _parts(asked, raw):
        time = days.time(each)
        if time is None:
            raise UsageError(
                f"{quoted(_typed(each, raw))} is not a time of day; write it as 08:00."
            )
        found.add(time)
    return tuple(sorted(found))


def _typed(part: object, raw: object) -> object:
    """What a part was typed in, between two commas: "8 Uhr" of "8"; beside a time, it alone."""
    for each in [raw] if isinstance(raw, str) else raw if isinstance(raw, Sequence) else ():
        for piece in re.split(r"[,;\n]+", each) if isinstance(each, str) else ():
            parts = piece.split()
            if part in parts and not any(days.time(other) for other in parts):
                return piece.strip()
    return part


def _days(kind: Kind, asked: Field, raw: object) -> tuple[int, ...]:
    found = set()
    if (parts := _parts(asked, raw)) == [days.NO_DAY]:
        raise UsageError(f"{kind.one.capitalize()} comes out on at least one weekday; name one.")
    for each in parts:
        day = days.weekday(each)
        if day is None:
            raise UsageError(
                f"{quoted(each)} is not a weekday; write 1 for Monday to 7 for Sunday, or its name."
            )
        found.add(day)
    return tuple(sorted(found))


def _words(kind: Kind, asked: Field, raw: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, text in _pairs(asked, raw):
        language = _language(kind, asked, tag)
        said = _prose(kind, asked, text) if not _is_nothing(text) else ""
        if said:
            found[language] = said
    return dict(sorted(found.items()))


def _pairs(asked: Field, raw: object) -> Iterable[tuple[object, object]]:
    """Language and text: of a table, or of lines such as "ar: …"."""
    if isinstance(raw, Mapping):
        return list(raw.items())
    lines = raw.splitlines() if isinstance(raw, str) else raw
    if not isinstance(lines, Sequence) or isinstance(lines, bytes):
        raise UsageError(f"The {asked.label} must say a language and its text, such as “ar: …”.")
    found: list[tuple[object, object]] = []
    for line in lines:
        tag, mark, text = (
            re.split(r"([:=])", line, maxsplit=1)
            if isinstance(line, str) and re.search("[:=]", line)
            else ("", "", "")
        )
        if not mark and line:
            raise UsageError(
                f"{quoted(line).strip() or 'One line'} names no language; write its tag before "
                "the text, such as “ar: …”."
            )
        if mark:
            found.append((tag.strip(), text.strip().replace("\\n", "\n")))
    return found


def _colour(_kind: Kind, asked: Field, raw: object) -> str:
    said = _text_of(asked, raw).lower()
    if not _COLOUR.fullmatch(said):
        raise UsageError(f"{quoted(said)} is not a colour; write it as #1a4f8b.")
    short = len("#abc")
    return "#" + "".join(sign * 2 for sign in said[1:]) if len(said) == short else said


def _picture(_kind: Kind, asked: Field, raw: object) -> PictureFile:
    if isinstance(raw, PictureFile):
        return raw
    if isinstance(raw, bytes):
        return pictures.read(raw)
    return pictures.read(pictures.of_data_address(_text_of(asked, raw)))


def _object(_kind: Kind, asked: Field, raw: object) -> dict[str, object]:
    return objects.one(raw, f"The {asked.label}", most=asked.most)


_READERS: Mapping[Shape, Callable[[Kind, Field, object], Value]] = {
    Shape.TEXT: _text,
    Shape.PROSE: _prose,
    Shape.SLUG: _slug,
    Shape.HOST: _host,
    Shape.WEB: _web,
    Shape.MAIL: _mail,
    Shape.LANGUAGE: _language,
    Shape.LANGUAGES: _languages,
    Shape.ZONE: _zone,
    Shape.CHOICE: _choice,
    Shape.FLAG: _flag,
    Shape.NUMBER: _number,
    Shape.TIMES: _times,
    Shape.DAYS: _days,
    Shape.TEXTS: _texts,
    Shape.PHRASES: _phrases,
    Shape.WORDS: _words,
    Shape.ROW: _row,
    Shape.ROWS: _rows,
    Shape.GRANTS: _grants,
    Shape.PERMISSIONS: _permissions,
    Shape.DATE: _date,
    Shape.SECRET: _secret,
    Shape.COLOUR: _colour,
    Shape.PICTURE: _picture,
    Shape.OBJECT: _object,
}
