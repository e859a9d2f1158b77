"""What a cell of somebody else's file says about a reader: may be mailed, has left, unclear; pure.

Only words that can mean nothing else make a reader active. Whatever else a column of status or
consent holds keeps them out: the word for somebody who left, because they left; any other word,
because nobody here knows what it means.
"""

import enum
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from syndicate.subscribers.words import phrases, plain
from syndicate.vocabulary.sending import SuppressionReason

_TOLD = 40


def _either(found: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, found)))


def _any_of(found: frozenset[str]) -> re.Pattern[str]:
    """Finds any of these in a text in plain form, between blanks."""
    return re.compile(f" (?:{_either(found)}) ")


_MILD = phrases("cell mild")
ACTIVE = phrases("cell active") | _MILD
LEFT = phrases("cell left")
# In a text of people's own, a tag or a note, only these say who may not be mailed.
_STRONG = _any_of(LEFT - phrases("cell weak") | phrases("leaving"))
_FILE, _FILE_WEAK = _any_of(phrases("file")), phrases("file weak")
_WITHOUT = re.compile(f" (?:{_either(phrases('without'))}) (?:{_either(phrases('file'))})(?= )")
_SAYS_NOTHING = phrases("noise") | {"csv", "txt", "tsv", "export", "audience", "data", "copy"}
YES = phrases("cell yes")
NO = phrases("cell no")
_NONE = phrases("cell none")
_WORDLESS = frozenset({"null", "nan", "none", "nil", "n a", "na t", "undefined"})
_NOTHING = _WORDLESS | {"never", "n", "0", "no", "false"}
_NO_DATE = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}(?:[ T][0:.]*Z?)?|[-\u2013\u2014]{1,3}")
# The nought of a program that has no other word for "never": the year 1 in Go and .NET, 1899 and
# 1900 in spreadsheets.
_ZERO_TIME = re.compile(
    rf"{_NO_DATE.pattern}|(?:(?:0001|1900)[-/.]0?1[-/.]0?[01]|0?1[-/.]0?1[-/.](?:0001|1900)"
    r"|1899[-/.]12[-/.]3[01]|(?:3[01][-/.]12|12[-/.]3[01])[-/.]1899)(?:[ T].{0,30})?|-\d{5,15}"
)
# That of seconds since 1970, with the hours of a zone: nobody subscribed by mail then.
_FIRST_SECOND = re.compile(
    r"(?:1970[-/.]0?1[-/.]0?1|0?1[-/.]0?1[-/.]1970"
    r"|1969[-/.]12[-/.]31|(?:31[-/.]12|12[-/.]31)[-/.]1969)(?:[ T].{0,30})?"
)
_DATE = re.compile(
    r"\d{4}[-/.年]\d\d?[-/.月]\d\d?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{10}(?:\d{3})?$"
)
# As people write it: "3 Jan 2024", "Wednesday, January 3, 2024 08:00".
_HAS_A_YEAR = re.compile(r"(?=.*(?<!\d)(?:19|20)\d\d(?!\d))[\w ,.:+/\u060c-]{6,40}")
_SUPPRESSED = _any_of(phrases("suppressed"))
_COMPLAINT, _BLOCKED = _any_of(phrases("complaint")), _any_of(phrases("blocked"))
_PENDING, _CONFIRM = _any_of(phrases("pending")), _any_of(phrases("confirm"))
# What our own export says in its column `suppressed`.
_REASONS = {each.value: each for each in SuppressionReason}
_TICKS = frozenset("✓✔☑✅")
# Before or behind a word a sign turns it round, or puts it in doubt: "!active", "🚫 active".
_DOUBTS = frozenset("!?*~¬\u0335\u0336\u0337\u0338")  # the last four strike a letter out


class Role(enum.Enum):
    """What a column of status or consent says by its name."""

    STATE = "state"  # a word: active, unsubscribed
    YES = "yes"  # yes means: may be mailed
    NO = "no"  # yes means: may not
    LEFT_AT = "left_at"  # a time means: has left
    WHY_LEFT = "why_left"  # anything means: has left
    CONFIRMED_AT = "confirmed_at"  # no time means: never confirmed


@dataclass(frozen=True)
class Objection:
    """Why a reader may not be mailed.

    Attributes:
        why: the rest of a sentence that begins with the line.
        has_left: False when the cell is not understood.
        suppressed: why, where it was no word of the reader's: their mail came back, or was spam.
        is_pending: whether they never confirmed, and have said nothing else.
    """

    why: str
    has_left: bool
    suppressed: SuppressionReason | None = None
    is_pending: bool = False


@lru_cache(maxsize=65_536)
def judge(role: Role, column: str, cell: str) -> Objection | None:
    """What a cell says of its reader; None when they may be mailed.

    Args:
        role: of the column.
        column: its name, for the sentence.
        cell: as it stands in the file.
    """
    word = plain(cell)
    if role in (Role.LEFT_AT, Role.WHY_LEFT):
        return None if _is_nothing(role, cell, word) else _left(role, column, cell)
    if role is Role.CONFIRMED_AT:
        return _unless_confirmed(column, cell, word)
    if role is Role.NO:
        is_no = word in NO or _is_nothing(role, cell, word)
        return None if is_no else _left(role, column, cell)
    is_mailed = word in ACTIVE or (role is Role.YES and _is_yes(cell, word))
    if is_mailed and not any(map(_is_in_doubt, cell)):
        return None
    if word in LEFT or word in NO:
        return _left(role, column, cell)
    return Objection(_unclear(column, cell), has_left=False)


def _unless_confirmed(column: str, cell: str, word: str) -> Objection | None:
    """Of when somebody confirmed: what is neither a time nor a yes is not understood."""
    if _is_nothing(Role.CONFIRMED_AT, cell, word) or is_nought(cell) or word in NO | LEFT:
        return _left(Role.CONFIRMED_AT, column, cell)
    if is_like_a_time(cell) or _is_yes(cell, word) or word in ACTIVE:
        return None
    return Objection(_unclear(column, cell), has_left=False)


def is_word_of_status(text: str) -> bool:
    """Whether a cell holds a word of status and nothing else, such as "subscribed"."""
    word = plain(text)
    return word in LEFT or (word in ACTIVE and word not in _MILD)


def speaks_of_leaving(text: str) -> bool:
    """Whether somebody's own words say anywhere that a reader may not be mailed."""
    return bool(_STRONG.search(f" {plain(text)} "))


def is_name_of_leavers(name: str) -> bool:
    """Whether a file's name says that those in it have left: "unsubscribed_export.csv"."""
    said = plain(name)
    return bool(_FILE.search(_WITHOUT.sub("", f" {said} "))) or _is_weak_name(said)


def _is_weak_name(said: str) -> bool:
    """Whether "deleted", or the like, is all that a name says."""
    rest = [word for word in said.split() if word not in _SAYS_NOTHING and not word.isdigit()]
    return " ".join(rest) in _FILE_WEAK


def is_yes_or_no(text: str) -> bool:
    """Whether a cell holds yes or no, in one of their ways."""
    word = plain(text)
    return word in YES or word in NO or text.strip() in _TICKS


def is_time(text: str) -> bool:
    """Whether a cell begins as a date, or is a number of seconds; a date of noughts is none."""
    return bool(_DATE.match(text.strip())) and not is_nought(text)


def is_like_a_time(text: str) -> bool:
    """Whether a cell may be a time, in whatever language it is written."""
    return is_time(text) or (bool(_HAS_A_YEAR.fullmatch(text.strip())) and not is_nought(text))


def is_no_time(text: str) -> bool:
    """Whether a cell says that there is no time: empty, NULL, a date of noughts."""
    word = plain(text)
    return not text.strip() or word in _WORDLESS or bool(_NO_DATE.fullmatch(text.strip()))


def is_nought(text: str) -> bool:
    """Whether a time says that there is none."""
    return bool(_ZERO_TIME.fullmatch(text.strip()) or _FIRST_SECOND.fullmatch(text.strip()))


def is_nothing_chosen(text: str) -> bool:
    """Whether a cell that should name what somebody gets says "none", or no word at all."""
    word = plain(text)
    return not word or word in _NONE


def quoted(text: str) -> str:
    """A cell as a sentence can show it: on one line, and not for ever."""
    shown = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    return shown if len(shown) <= _TOLD else f"{shown[:_TOLD]}…"


def _is_in_doubt(sign: str) -> bool:
    """Whether a sign is one of those, or any symbol that is no tick."""
    is_symbol = unicodedata.category(sign).startswith("S")
    return sign in _DOUBTS or (is_symbol and sign not in _TICKS)


def _is_yes(cell: str, word: str) -> bool:
    return word in YES or cell.strip() in _TICKS or is_time(cell)


def _is_nothing(role: Role, cell: str, word: str) -> bool:
    text = cell.strip()
    if role is Role.WHY_LEFT:
        return text.casefold() in ("", "null", "\\n", "[]", "{}")
    is_empty = not text or text in ("[]", "{}")
    return is_empty or word in _NOTHING or bool(_ZERO_TIME.fullmatch(text))


def _left(role: Role, column: str, cell: str) -> Objection:
    word = plain(cell)
    if word in LEFT:
        why = f"is {quoted(cell).lower()} where the file comes from"
        return _objection(why, word)
    said = f"is “{quoted(cell)}”" if cell.strip() else "is empty"
    why = f"may not be mailed where the file comes from: {quoted(column)} {said}"
    found = _objection(why, plain(column))
    if found.suppressed and word in _REASONS:
        return replace(found, suppressed=_REASONS[word])
    is_of_confirming = role is Role.CONFIRMED_AT or (
        role is Role.YES and bool(_CONFIRM.search(f" {plain(column)} "))
    )
    return replace(found, is_pending=found.is_pending or is_of_confirming)


def of_file(name: str) -> Objection:
    """Against whoever stands in a file that says by its name that those in it have left."""
    return _objection(f"is in {quoted(name)}, the file of those who have left", plain(name))


def of_words(text: str) -> Objection:
    """Against whom words of people's own, or names of fields, say that they have left."""
    return _objection(f"has left where the file comes from: “{quoted(text)}”", plain(text))


def _objection(why: str, said: str) -> Objection:
    reason = _reason(said)
    is_pending = reason is None and bool(_PENDING.search(f" {said} "))
    return Objection(why, has_left=True, suppressed=reason, is_pending=is_pending)


def _reason(said: str) -> SuppressionReason | None:
    """Why nothing is sent there any more; None where the reader said so, or never asked."""
    text = f" {said} "
    if not _SUPPRESSED.search(text):
        return None
    if _COMPLAINT.search(text):
        return SuppressionReason.COMPLAINT
    return SuppressionReason.OPERATOR if _BLOCKED.search(text) else SuppressionReason.BOUNCE


def _unclear(column: str, cell: str) -> str:
    if not cell.strip():
        return f"has possibly left where the file comes from: {quoted(column)} says nothing"
    return (
        f"has possibly left where the file comes from: {quoted(column)} says “{quoted(cell)}”, "
        "which is not understood"
    )
