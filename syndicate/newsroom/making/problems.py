"""What is wrong with what was filled in: one sentence for each field, and what sort of fault."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syndicate import slugs
from syndicate.errors import InvalidError, MissingError, SyndicateError, TakenError, UsageError

NEVER_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTED = 60  # characters of what was typed that a sentence repeats


@dataclass(frozen=True)
class Problem:
    """Why a field's value cannot be used.

    Attributes:
        sentence: what, which, and what next.
        error: what is raised for it where nothing worse is wrong.
    """

    sentence: str
    error: type[SyndicateError] = InvalidError


Problems = Mapping[str, Problem]


def taken(sentence: str) -> Problem:
    """Another row has this value already."""
    return Problem(sentence, TakenError)


def missing(sentence: str) -> Problem:
    """There is no such row."""
    return Problem(sentence, MissingError)


def quoted(raw: object) -> str:
    """What was typed, as a sentence repeats it: short, on one line."""
    text = NEVER_IN_A_LINE.sub(" ", str(raw))
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def no_choice(what: str, said: str, choices: Iterable[str]) -> UsageError:
    """What is said of a word that is none of a few: "The pages cannot be often; choose …"."""
    return UsageError(
        f"The {what} cannot be {quoted(said) or 'empty'}; choose one of {', '.join(choices)}."
    )


def no_slug(one: str, name: object, example: object) -> str | None:
    """What is said where a slug is needed, and the name has few letters that one is made of."""
    if not isinstance(name, str) or not name.strip() or slugs.readable(name):
        return None
    return (
        f"No slug can be made of {quoted(name)}; write one of small letters a to z, digits and "
        f"hyphens, such as {example}, for the addresses of {one}."
    )


def refuse(problems: Problems) -> None:
    """Raise what is wrong, if anything is: all sentences at once, each with its field.

    Raises:
        InvalidError: a value cannot be used at all.
        MissingError: none is of that sort, and a row is not there.
        TakenError: values are taken, and that is all.
    """
    if not problems:
        return
    fields = {name: each.sentence for name, each in problems.items()}
    said = " ".join(dict.fromkeys(fields.values()))
    found = {each.error for each in problems.values()}
    worst = next(each for each in (InvalidError, MissingError, TakenError) if each in found)
    raise worst(said, fields=fields)
