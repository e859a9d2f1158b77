"""What a kind of thing is made of: the one list of fields that every face reads and explains.

    SECTION = Kind("section", fields=(Field("name", "What readers see.", is_required=True), …))

A value is plain: text, a whole number, yes or no, a list of texts or numbers, texts by language, a
picture, an object, or nothing. Another row is named by its slug.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from syndicate.newsroom.making.pictures import PictureFile
from syndicate.newsroom.making.secret_files import Secret

Value = (
    str
    | int
    | bool
    | Sequence[str]
    | Sequence[int]
    | Mapping[str, Any]
    | PictureFile
    | Secret
    | None
)
Values = Mapping[str, Value]


class Shape(enum.StrEnum):
    """What sort of value a field holds."""

    TEXT = "text"  # of one line
    PROSE = "prose"  # of several
    SLUG = "slug"
    HOST = "host"
    WEB = "web address"
    MAIL = "email address"
    LANGUAGE = "language"
    LANGUAGES = "languages"
    ZONE = "zone"
    CHOICE = "choice"
    FLAG = "yes or no"
    NUMBER = "number"
    TIMES = "times"
    DAYS = "days"
    TEXTS = "texts"
    PHRASES = "phrases"  # texts that may hold commas
    WORDS = "words by language"
    ROW = "another row"
    ROWS = "other rows"
    GRANTS = "what somebody may do and where"
    PERMISSIONS = "what a program may do"
    DATE = "day"
    SECRET = "file that holds a secret"  # noqa: S105 - the name of a shape
    COLOUR = "colour"
    PICTURE = "picture"
    OBJECT = "object"  # of names and what they hold, as JSON

    @property
    def is_list(self) -> bool:
        """Whether a value is several."""
        return self in _LISTS

    @property
    def is_set(self) -> bool:
        """Whether they are several in no order: the same ones in another order are no change."""
        return self.is_list and self is not Shape.LANGUAGES


_LISTS = frozenset(
    {
        Shape.LANGUAGES,
        Shape.TIMES,
        Shape.DAYS,
        Shape.TEXTS,
        Shape.PHRASES,
        Shape.ROWS,
        Shape.GRANTS,
        Shape.PERMISSIONS,
    }
)

_TYPED = {Shape.ROWS: "Each by its slug.", Shape.DAYS: "Monday is 1; names do too."}


class TakesEffect(enum.StrEnum):
    """From when a change takes effect."""

    AT_ONCE = "at once"
    NEXT_MAIL = "from the next mail"
    NEXT_ISSUE = "from the next issue"
    NEXT_FETCH = "from the next fetch"
    NEXT_BUILD = "when its feeds are built next, within a minute"

    @property
    def brief(self) -> str:
        """The same as a sentence of its own, at a field: "Takes effect from the next issue."."""
        return f"Takes effect {self.value}."


class Touched(enum.StrEnum):
    """What a change is seen by."""

    READERS = "readers"
    FEEDS = "feeds"
    NEXT_ISSUE = "next issue"
    COLLECTING = "collecting"
    OPERATORS = "operators"

    @property
    def words(self) -> str:
        """As a sentence lists it."""
        return "the next issue" if self is Touched.NEXT_ISSUE else self.value


@dataclass(frozen=True)
class Field:
    """One thing that a kind has.

    Attributes:
        name: in files, JSON and forms; as an option with hyphens.
        means: one sentence for whoever fills it in.
        shape: what sort of value.
        is_required: whether there must be one; without it nothing is made.
        default: what it is where nobody says.
        instead: what it follows where it is empty, in words: "the publication's".
        takes_effect: from when a change does; touches: what sees it.
        is_early: whether it stands in the first form, which asks for little.
        is_fixed: whether it stays as it was made; then_do: what helps whoever wants another one.
        most: characters, elements, or the largest number; least: the smallest number.
        choices: the values that a choice has; offered: those of them for a new thing, or all.
        of_kinds: the values of the field `kind` with which a thing has it; none: whatever it is.
        of: the word of the kind that it names a row of.
        is_anywhere: whether that row can belong to any publication, and not to the thing's own.
        example: as it may be given.
        option: its name in the shell where a list's single value reads better: "language".
        called: what people call it, where that is not its name: "main website".
    """

    name: str
    means: str
    _: KW_ONLY
    shape: Shape = Shape.TEXT
    is_required: bool = False
    default: Value = None
    instead: str = ""
    takes_effect: TakesEffect = TakesEffect.AT_ONCE
    touches: tuple[Touched, ...] = ()
    is_early: bool = False
    is_fixed: bool = False
    then_do: str = "make another one instead"
    most: int = 200
    least: int = 0
    choices: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    of_kinds: tuple[str, ...] = ()
    of: str = ""
    is_anywhere: bool = False
    example: Value = None
    option: str = ""
    called: str = ""

    @property
    def label(self) -> str:
        """The name as people read it: "sender address"."""
        return self.called or self.name.replace("_", " ")

    @property
    def heading(self) -> str:
        """The same above its field: "Home URL"."""
        return self.label[0].upper() + self.label[1:]

    @property
    def for_new(self) -> tuple[str, ...]:
        """The choices that a new thing has."""
        return self.offered or self.choices

    @property
    def in_full(self) -> str:
        """What it means, and how it is typed where nothing lists what there is to choose."""
        how = _TYPED.get(self.shape)
        return f"{self.means} {how}" if how else self.means

    @property
    def effect(self) -> str:
        """What a change does, in full: "from the next issue, for readers and the next issue"."""
        *most, last = [each.words for each in self.touches] or ["operators alone"]
        named = f"{', '.join(most)} and {last}" if most else last
        return f"{self.takes_effect.value}, for {named}"

    def is_had_by(self, values: Mapping[str, object]) -> bool:
        """Whether a thing of these values has it at all; it has while nobody says its kind."""
        return not self.of_kinds or values.get("kind") in {None, *self.of_kinds}

    @property
    def nothing(self) -> Value:
        """The value of a field that holds nothing."""
        if self.shape.is_list:
            return ()
        if self.shape in {Shape.WORDS, Shape.OBJECT}:
            return {}
        return False if self.shape is Shape.FLAG else None


@dataclass(frozen=True)
class Kind:
    """A kind of thing that a newsroom is made of.

    Attributes:
        word: "section"; plural: as commands, paths and files name it.
        fields: in the order in which people fill them in; one is the slug.
        is_within: whether each belongs to a publication, which its fields then name.
    """

    word: str
    plural: str
    fields: tuple[Field, ...]
    is_within: bool = True

    def field(self, name: str) -> Field | None:
        """The field of a name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def one(self) -> str:
        """One of it, as a sentence says it: "an operator"."""
        return f"{'an' if self.word[0] in 'aeiou' else 'a'} {self.word}"

    def had_by(self, values: Mapping[str, object]) -> tuple[Field, ...]:
        """The fields that a thing of these values has, in order."""
        return tuple(each for each in self.fields if each.is_had_by(values))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, in order."""
        return tuple(each.name for each in self.fields)


@dataclass(frozen=True)
class Difference:
    """One field that a change gave another value."""

    field: Field
    before: Value
    after: Value

    def as_json(self) -> dict[str, object]:
        """As programs read it: what it was, what it is, from when, and what sees it."""
        return {
            "field": self.field.name,
            "from": plain(self.before),
            "to": plain(self.after),
            "takes_effect": self.field.takes_effect.value,
            "touches": [each.value for each in self.field.touches],
        }


def plain_values(values: Values) -> dict[str, object]:
    """A thing's values by its fields' names, as JSON has them."""
    return {name: plain(value) for name, value in values.items()}


def plain(value: Value) -> object:
    """A value as JSON and the audit have it."""
    if isinstance(value, PictureFile | Secret):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def shown(value: Value) -> str:
    """A value in one line, for people; "nothing" where there is none."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {text}" for key, text in value.items()) or "nothing"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else " / ".join(str(value).splitlines())
