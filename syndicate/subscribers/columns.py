"""What the columns of somebody else's file mean, by their names; pure.

    known        the address, and what a reader chose
    judged       status and consent that we understand: each cell is asked (`status_cells`)
    watched      names that we do not know, and texts of people's own: looked through for status
    ignored      what can say nothing of the kind: names, places, counts

A name that speaks of status or consent and is not understood stops the file before anything is
stored: whoever it calls unsubscribed would become a reader again. The same holds for a column whose
name nobody knows and whose cells look like status: yes and no, words of status, times in some rows.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from syndicate.errors import UsageError
from syndicate.subscribers.csvfile import NO_ADDRESSES
from syndicate.subscribers.harmless import Harm, harm_of, speaks_of_status
from syndicate.subscribers.status_cells import Role
from syndicate.subscribers.tools.known import ANY, tool_of
from syndicate.subscribers.tools.tool import Tool
from syndicate.subscribers.words import phrases, plain

HOW_TO_IGNORE = (
    "what says nothing of the kind is ignored with --ignore-column NAME (`ignore_column` in the "
    "API). Nothing was imported."
)
_OWN = ("language", "sections", "languages", "consented_at", "paused_until")
_EXPORTED = frozenset({"state", "ended at", "consented at"})  # names in every export of our own
# In alphabetical order, so that one file is read alike every time.
_AGREED, _JOINED, _KNOWN = (sorted(phrases(name)) for name in ("agreed", "joined", "known"))
_OWN_TIMES = ("consented_at", "paused_until")
_WITH_TIMES = (Role.LEFT_AT, Role.NO, Role.CONFIRMED_AT)
# In the order in which a name is believed: "Address" may be where somebody lives.
_ADDRESS = (phrases("address"), phrases("email"), frozenset({"address"}))
_STATE, _OF_STATE = phrases("state"), phrases("of state")
_PARTS = re.compile("[:()]")
_NO, _YES, _CONFIRM = phrases("no"), phrases("yes"), phrases("confirm")
_TIMES, _WHY = phrases("time"), phrases("why")
_NOISE, _ELSEWHERE = phrases("noise"), phrases("channel")
_PLAIN = phrases("plain")
_PLACES, _TEXTS, _NEWSLETTER = phrases("place"), phrases("text"), phrases("newsletter")
# Whether somebody pays: who does not is a reader all the same, where another column says who is.
_PAYING, _BESIDE_PAYING = "active subscription", "email disabled"


@dataclass(frozen=True)
class Judged:
    """A column that says who may be mailed.

    Attributes:
        place: of its cells.
        name: as the file has it.
        role: what its cells mean.
        may_be_a_place: "State", beside a city: no status, if no cell is one.
        may_be_a_name: "Newsletter": which one, if no cell is yes or no.
        means: the words that its cells stand for, where they are none.
    """

    place: int
    name: str
    role: Role
    may_be_a_place: bool = False
    may_be_a_name: bool = False
    means: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Watched:
    """A column that should say nothing of status.

    Attributes:
        place: of its cells.
        name: as the file has it.
        is_text: whether it is somebody's own words, of which any may be one of status.
        is_choice: whether it names what a reader gets, so that nothing may mean nothing.
    """

    place: int
    name: str
    is_text: bool
    is_choice: bool = False


@dataclass(frozen=True)
class Dated:
    """A column that says since when: its place, and its name as the file has it."""

    place: int
    name: str


@dataclass(frozen=True)
class Columns:
    """What a file's columns mean.

    Attributes:
        width: how many there are.
        address: place of the address.
        own: places of `language`, `sections`, `languages`, `consented_at`, `paused_until`, where
            there are any.
        judged: what says who may be mailed.
        watched: what must not say so.
        ignored: what would be judged, had nobody said to ignore it.
        is_ours: whether the file is an export of our own.
        agreed: what says when a reader agreed, the surest first.
        known: what says since when the tool knows an address, whoever brought it.
    """

    width: int
    address: int
    own: dict[str, int]
    judged: tuple[Judged, ...]
    watched: tuple[Watched, ...]
    ignored: tuple[Judged, ...]
    is_ours: bool = False
    agreed: tuple[Dated, ...] = ()
    known: tuple[Dated, ...] = ()

    @property
    def times(self) -> frozenset[int]:
        """Places of what may say when: a reader left, confirmed or agreed."""
        of_judged = (each.place for each in self.judged if each.role in _WITH_TIMES)
        of_own = (place for name, place in self.own.items() if name in _OWN_TIMES)
        of_others = (each.place for each in (*self.agreed, *self.known))
        return frozenset((*of_judged, *of_own, *of_others))


def address_place(names: Sequence[str], ignored: Collection[str] = ()) -> int | None:
    """The place of the address; None when no column is one.

    Raises:
        UsageError: two columns could be it.
    """
    skipped = {plain(name) for name in ignored}
    for rank in _ADDRESS:
        places = [
            place
            for place, name in enumerate(names)
            if plain(name) in rank and plain(name) not in skipped
        ]
        if len(places) > 1:
            shown = " and ".join(f"“{names[place]}”" for place in places)
            raise UsageError(
                f"The columns {shown} could both be the address; leave one of them in the file."
            )
        if places:
            return places[0]
    return None


def understand(names: Sequence[str], ignored: Collection[str] = ()) -> Columns:
    """What the columns of a file mean.

    Args:
        names: as the first line of the file has them.
        ignored: names of columns that an operator says mean nothing.

    Raises:
        UsageError: no column, or more than one, is the address; an ignored one is not there or is
            the address; or a column speaks of status or consent and is not understood.
    """
    address = address_place(names, ignored)
    if address is None:
        raise UsageError(NO_ADDRESSES)
    skipped = {plain(name) for name in ignored}
    missing = [name for name in ignored if plain(name) not in {plain(each) for each in names}]
    if missing:
        raise UsageError(
            f"The file has no column “{missing[0]}” to ignore; it has {', '.join(names)}."
        )
    own = {name: place for place, name in _own_places(names).items()}
    others = [
        (place, name)
        for place, name in enumerate(names)
        if place != address and place not in own.values()
    ]
    tool = tool_of(names)
    asked = [(place, name) for place, name in others if plain(name) not in tool.unasked]
    judged = _judged_of(asked, names, tool)
    placed = {each.place for each in judged}
    watched = [
        look
        for place, name in asked
        if place not in placed and plain(name) not in skipped
        if (look := _watched(place, name))
    ]
    _refuse_unread([name for _, name in asked if _is_unread(name, names, skipped)])
    return Columns(
        width=len(names),
        address=address,
        own=own,
        judged=tuple(each for each in judged if plain(each.name) not in skipped),
        watched=tuple(watched),
        ignored=tuple(each for each in judged if plain(each.name) in skipped),
        is_ours=is_of_ours(names),
        agreed=_dated(others, tool.agreed if tool is not ANY else _by_themselves(judged)),
        known=_dated(others, tool.known if tool is not ANY else _KNOWN),
    )


def of_leavers(names: Sequence[str]) -> Columns | None:
    """The same of a file in which everybody has left; None where no column is the address.

    Raises:
        UsageError: two columns could be it.
    """
    address = address_place(names)
    if address is None:
        return None
    tool = tool_of(names)
    asked = [each for each in enumerate(names) if plain(each[1]) not in tool.unasked]
    return Columns(len(names), address, {}, tuple(_judged_of(asked, names, tool)), (), ())


def is_of_ours(names: Sequence[str]) -> bool:
    """Whether a file with these columns is an export of our own."""
    return {plain(name) for name in names} >= _EXPORTED


def is_address(name: str) -> bool:
    """Whether a name may be that of the column of addresses."""
    return any(plain(name) in rank for rank in _ADDRESS)


def role_of(name: str) -> Role | None:
    """What a column says of status or consent, by its name; None when it is not understood."""
    said = plain(name).split()
    if _ELSEWHERE & set(said):
        return None
    return _role_in(said) or _role_in_part(name)


def _role_in_part(name: str) -> Role | None:
    """Of "Opted out of email: news", "No bulk emails (user opt out)", "isunsubscribed"."""
    parts = [plain(part) for part in _PARTS.split(name)]
    parts = parts if len(parts) > 1 else [parts[0].removeprefix("is")]
    return Role.NO if any(_role_in(part.split()) is Role.NO for part in parts) else None


def _role_in(said: Sequence[str]) -> Role | None:
    core = [word for word in said if word not in _NOISE]
    texts = {" ".join(said), " ".join(core)}
    if texts & _STATE or (core and core[-1] in _STATE and set(core[:-1]) <= _OF_STATE):
        return Role.STATE
    if texts & _NO:
        return Role.NO
    if texts & _YES:
        return Role.YES
    return _role_with_time(core)


def _role_with_time(core: Sequence[str]) -> Role | None:
    """The same for names that say when or why: "unsub time", "bounce reason"."""
    rest = list(core)
    is_time = is_why = False
    while rest and rest[-1] in _TIMES | _WHY and len(rest) > 1:
        word = rest.pop()
        is_time, is_why = is_time or word in _TIMES, is_why or word in _WHY
    if len(rest) > 1 and rest[0] in ("date", "time"):
        rest, is_time = rest[1:], True
    text = " ".join(rest)
    if text in _NO and (is_time or is_why):
        return Role.WHY_LEFT if is_why else Role.LEFT_AT
    if text in _CONFIRM and is_time and not is_why:
        return Role.CONFIRMED_AT
    return None


def _by_themselves(judged: Sequence[Judged]) -> list[str]:
    """Names in a file of no known tool that say when a reader agreed, the surest first."""
    roles = (Role.CONFIRMED_AT, Role.YES)
    confirmed, subscribed = ([plain(e.name) for e in judged if e.role is role] for role in roles)
    return [*confirmed, *_AGREED, *_JOINED, *subscribed]


def _dated(others: Sequence[tuple[int, str]], wanted: Sequence[str]) -> tuple[Dated, ...]:
    """The columns of some names, in the order of these."""
    found = {plain(name): Dated(place, name) for place, name in others}
    return tuple(found[name] for name in dict.fromkeys(wanted) if name in found)


def _own_places(names: Sequence[str]) -> dict[int, str]:
    spelt = {plain(name): name for name in _OWN}
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        if plain(name) in spelt:
            found.setdefault(spelt[plain(name)], place)
    return {place: name for name, place in found.items()}


def _judged_of(asked: Sequence[tuple[int, str]], names: Sequence[str], tool: Tool) -> list[Judged]:
    """Those that say who may be mailed, with the words that their cells stand for."""
    found = [each for place, name in asked if (each := _judged(place, name, names))]
    return [replace(each, means=tool.means.get(plain(each.name), {})) for each in found]


def _judged(place: int, name: str, names: Sequence[str]) -> Judged | None:
    beside = {plain(each) for each in names}
    word = plain(name)
    if word in _NEWSLETTER:
        return Judged(place, name, Role.YES, may_be_a_name=True)
    if word in _PLAIN | _TEXTS or (word == _PAYING and _BESIDE_PAYING in beside):
        return None
    role = Role.YES if word == _PAYING else role_of(name)
    if role is None:
        return None
    return Judged(place, name, role, may_be_a_place=word == "state" and bool(beside & _PLACES))


def _watched(place: int, name: str) -> Watched | None:
    word = plain(name)
    if word in _TEXTS:
        return Watched(place, name, is_text=True)
    if harm_of(name) is Harm.NONE or word == _PAYING or is_address(name):
        return None
    if _ELSEWHERE & set(word.split()):
        return None
    return Watched(place, name, is_text=False)


def _is_unread(name: str, names: Sequence[str], skipped: Collection[str]) -> bool:
    word = plain(name)
    if word in skipped or word in _TEXTS or _ELSEWHERE & set(word.split()):
        return False
    if not speaks_of_status(word) or harm_of(name) is not Harm.UNKNOWN:
        return False
    return _judged(0, name, names) is None and word != _PAYING


def _refuse_unread(unread: Sequence[str]) -> None:
    if not unread:
        return
    shown = ", ".join(f"“{name}”" for name in unread)
    what = "columns speak" if len(unread) > 1 else "column speaks"
    raise UsageError(
        f"The {what} of status or consent and cannot be understood: {shown}. Rename what says who "
        f"has left to `unsubscribed` (yes or no) or `state` (active, unsubscribed); {HOW_TO_IGNORE}"
    )
