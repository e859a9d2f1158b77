"""Fields of whatever kind as forms of the console ask for them, and what was filled in.

A form that was refused is shown as it was filled in, but for pictures, with each sentence at its
field. What a form does not hold stays as it is: a field of several values holds an empty one too,
so that none of them is a choice as well.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from syndicate import slugs
from syndicate.errors import NotAllowedError, SyndicateError
from syndicate.newsroom.making import fields
from syndicate.newsroom.making.acts import Given
from syndicate.newsroom.making.days import NO_DAY, WEEKDAYS
from syndicate.newsroom.making.fields import Field, Kind, Shape, Value, Values
from syndicate.newsroom.making.pictures import MOST_BYTES, PictureFile
from syndicate.newsroom.making.secret_files import Secret
from syndicate.web.errors import status_of

REMOVED = "_removed"  # behind a picture's name: the box that takes it away
_BOXES = frozenset({Shape.ROWS, Shape.DAYS})  # of which each value is a box to tick
# "--allow 10.1.2.3:80", as a sentence for the shell has it.
_OPTION = re.compile(r"--([a-z]++(?:-[a-z]++)*+)( (?=[^\s-]))?")
Options = Sequence[tuple[str, str]]
_NONE: Mapping[str, Options] = {}
_EVERY_DAY = tuple(range(1, len(WEEKDAYS) + 1))
_DAYS: Options = [(str(number), name.capitalize()) for number, name in enumerate(WEEKDAYS, 1)]


@dataclass(frozen=True)
class Shown:
    """A field as a form shows it.

    Attributes:
        asked: the field itself.
        value: what stands in it; of a picture its digest.
        problem: the sentence at it; "" for none.
        options: what can be chosen, with its words.
        picked: those of several that are chosen.
    """

    asked: Field
    value: str = ""
    problem: str = ""
    options: Options = ()
    picked: Sequence[str] = ()

    @property
    def manner(self) -> str:
        """How several values are typed; "" for one value, and where they are chosen."""
        if self.asked.shape is Shape.WORDS:
            return "One line for each language, with its tag"
        if self.asked.shape is Shape.PHRASES:
            return "One on each line"
        is_typed = self.asked.shape.is_list and self.asked.shape not in _BOXES
        return "Several with commas between them" if is_typed else ""

    @property
    def example(self) -> str:
        """What could stand in it, where it is typed and not chosen."""
        is_chosen = self.options or self.asked.shape in {
            *_BOXES,
            Shape.CHOICE,
            Shape.ROW,
            Shape.FLAG,
        }
        return "" if is_chosen else as_text(self.asked, self.asked.example)

    @property
    def by_language(self) -> Mapping[str, str]:
        """The example's words by their language, where it has several: each runs its own way."""
        example = self.asked.example
        if self.asked.shape is not Shape.WORDS or not isinstance(example, Mapping):
            return {}
        return {key: str(said) for key, said in example.items()}


async def _sent(request: Request) -> AsyncIterator[FormData]:
    async with request.form() as form:
        yield form


Sent = Annotated[FormData, Depends(_sent)]


def given(kind_fields: Iterable[Field], sent: FormData) -> Given:
    """What was filled in, by field, as `reading` takes it."""
    found: Given = {}
    for each in kind_fields:
        if each.shape is Shape.PICTURE:
            body = _picture(each, sent)
            if body is not None:
                found[each.name] = body
        elif each.name in sent:
            found[each.name] = (
                several(sent, each.name) if _is_boxes(each) else text(sent, each.name)
            )
            if each.shape is Shape.DAYS and not found[each.name]:
                found[each.name] = NO_DAY
    return found


def asked_of_new(kind: Kind) -> Sequence[Field]:
    """The fields of a new thing: its name before its slug, which can be taken from it.

    What things of some kinds alone have is empty until somebody says what it is to be; of
    weekdays all are ticked.
    """
    slug, name = kind.field("slug"), _name_of(kind)
    asked = [_of_some(each) if each.of_kinds else _of_new(each) for each in kind.fields]
    if slug is None or name is None:
        return asked
    own = slug
    if slug.is_required:
        means = f"{slug.means} Leave it empty to take it from the {name.label}."
        own = replace(slug, means=means, is_required=False)
    rest = [each for each in asked if each is not slug]
    place = rest.index(name) + 1
    return [*rest[:place], own, *rest[place:]]


def _of_new(asked: Field) -> Field:
    return replace(asked, choices=asked.offered) if asked.offered else asked


def _of_some(asked: Field) -> Field:
    if asked.shape is Shape.DAYS:
        return replace(asked, default=_EVERY_DAY)
    default = fields.shown(asked.default)
    instead = f" Leave it empty for {default}." if asked.default else ""
    return replace(asked, means=f"{asked.means}{instead}", default=None, is_required=False)


def named(given: Given, kind: Kind) -> Given:
    """What was filled in, with a slug out of the name where none was and one is needed.

    Where the name gives none that people can read, none is made up: it is asked for.

    What is left as it was of fields that some kinds alone have is as nobody says.
    """
    some = {each.name: each for each in kind.fields if each.of_kinds}
    given = {
        name: said
        for name, said in given.items()
        if name not in some or not _is_as_shown(some[name], said, given)
    }
    slug, name = kind.field("slug"), _name_of(kind)
    said = str(given.get(name.name, "")).strip() if name is not None else ""
    if slug is None or not slug.is_required or not said or str(given.get("slug", "")).strip():
        return given
    own = slugs.readable(said)
    return {**given, "slug": own[: slug.most].strip("-")} if own is not None else given


def _is_as_shown(asked: Field, said: object, given: Given) -> bool:
    """Whether nobody says anything of a field: it is empty, or has the weekdays of a new form.

    A thing of a kind without weekdays has none, whatever the boxes of its form are.
    """
    if asked.shape is not Shape.DAYS:
        return not said
    is_whole = said == [str(day) for day in _EVERY_DAY]
    return is_whole or (said == NO_DAY and not asked.is_had_by(given))


def _name_of(kind: Kind) -> Field | None:
    return kind.field("name") or kind.field("title")


def text(sent: FormData | None, name: str) -> str:
    """The last text of a name; a tick stands behind the value of a box without one."""
    every = sent.getlist(name) if sent is not None else []
    return next((each for each in reversed(every) if isinstance(each, str)), "")


def several(sent: FormData, name: str) -> list[str]:
    """Every text of a name."""
    return [each for each in sent.getlist(name) if isinstance(each, str) and each]


def shown(
    asked: Field,
    stored: Value,
    sent: FormData | None = None,
    *,
    problem: str = "",
    options: Options = (),
) -> Shown:
    """A field with what was typed, or else with what is stored.

    Args:
        asked: the field.
        stored: its value.
        sent: the form that was refused.
        problem: what is wrong with it.
        options: rows that it can name; what it names already can stay, whatever else there is.
    """
    is_typed = sent is not None and asked.name in sent and asked.shape is not Shape.PICTURE
    if asked.shape is Shape.DAYS:  # in boxes each has its name, and without any it is refused
        asked, options = replace(asked, instead=""), _DAYS
    if _is_boxes(asked):
        values = stored if isinstance(stored, Sequence) else ()
        picked = several(sent, asked.name) if sent and is_typed else [str(each) for each in values]
        return Shown(asked, "", problem, _with(options, picked), picked)
    value = text(sent, asked.name) if is_typed else as_text(asked, stored)
    if asked.shape is Shape.CHOICE:
        options = [(each, each) for each in asked.choices]
    is_one_of = asked.shape in {Shape.CHOICE, Shape.ROW}
    return Shown(asked, value, problem, _with(options, [value] * is_one_of))


def as_text(asked: Field, value: Value) -> str:
    """A value as its field shows it, and as `reading` reads it again."""
    if isinstance(value, PictureFile):
        return value.digest
    if asked.shape is Shape.OBJECT:
        return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {said}".replace("\n", "\\n") for key, said in value.items())
    if isinstance(value, bool):
        return fields.shown(value)
    if value is None or value == asked.nothing or isinstance(value, Secret):
        return ""
    between = "\n" if asked.shape is Shape.PHRASES else ", "
    return str(value) if isinstance(value, str | int) else between.join(map(str, value))


def problems(error: SyndicateError | None, seen: Iterable[Field]) -> tuple[dict[str, str], str]:
    """The sentences of a refusal at these fields, and what is said of the form as a whole."""
    if error is None:
        return {}, ""
    told: Mapping[str, str] = error.ids.get("fields") or {"": str(error)}
    seen = list(seen)
    names = {each.name for each in seen}
    told = {name: in_form(sentence, seen) for name, sentence in told.items()}
    elsewhere = [sentence for name, sentence in told.items() if name not in names]
    at = {name: sentence for name, sentence in told.items() if name in names}
    return at, " ".join(dict.fromkeys(elsewhere))


def in_form(sentence: str, seen: Iterable[Field]) -> str:
    """A sentence as a form says it: its fields by their headings, and no option of the shell."""
    headings = {(each.option or each.name).replace("_", "-"): each.heading for each in seen}
    return _OPTION.sub(
        lambda found: (
            f"{headings[found[1]]}{': ' if found[2] else ''}" if found[1] in headings else found[0]
        ),
        sentence,
    )


def filled(
    asked: Sequence[Field],
    sent: FormData | None = None,
    error: SyndicateError | None = None,
    *,
    stored: Values | None = None,
    options: Mapping[str, Options] = _NONE,
) -> dict[str, Any]:
    """A form of these fields, as a template takes it; after a refusal as it was filled in.

    Args:
        asked: the fields, in their order.
        sent: the form that was refused.
        error: the refusal.
        stored: what stands in it otherwise; None for the form of something new.
        options: rows that a field can name, by the field's name.

    Returns:
        `filled`, `sentence` (about the form as a whole), `faults` (how many fields have one),
        `is_refused`, and the HTTP `status`.

    Raises:
        NotAllowedError: the refusal is one, and no other word in the form would help.
    """
    if isinstance(error, NotAllowedError):
        raise error
    at, sentence = problems(error, asked)
    values = {each.name: each.default for each in asked} if stored is None else stored
    return {
        "status": 200 if error is None else status_of(error),
        "is_refused": error is not None,
        "sentence": sentence,
        "faults": len(at),
        "filled": [
            shown(
                each,
                values.get(each.name),
                sent,
                problem=at.get(each.name, ""),
                options=options.get(each.name, ()),
            )
            for each in asked
        ],
    }


def _is_boxes(asked: Field) -> bool:
    return asked.shape in _BOXES


def _with(options: Options, values: Iterable[str]) -> Options:
    known = {option for option, _ in options}
    return [*options, *((each, each) for each in values if each and each not in known)]


def _picture(asked: Field, sent: FormData) -> bytes | str | None:
    """The bytes that were chosen, "" where it is to be taken away, None where it stays."""
    file = sent.get(asked.name)
    body = file.file.read(MOST_BYTES + 1) if isinstance(file, UploadFile) else b""
    return body or ("" if text(sent, f"{asked.name}{REMOVED}") else None)
