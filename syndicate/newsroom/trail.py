"""Who did what, as every face tells it: in words, with the name of what it was done to.

    newest first ─ a page of rows ─ one query for the names ─> lines

It is about all of the installation: whoever may read a part of it alone is not told. Links lead
where the reader of the line may go; which, each face knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.errors import UsageError
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.views import operations, subjects
from syndicate.store.views.subjects import Named
from syndicate.vocabulary.acts import Act

# What is shown of a change of which nothing was there, or nothing is left.
_NOTHING = "nothing"
_OF_A_HASH = 8  # digits of an address's keyed hash that tell it from others
# Subjects that are called otherwise by people than by the audit, and those that are one of a kind.
_CALLED = {"subscriber": "reader"}
# Where a form lists acts that are called after what they make, and not after whom they are done to.
_UNDER = {"sign": "session", "codes": "operator", "passkey": "operator", "sender": "publication"}
_UNDER |= {"test": "issue", "mail": "all mail"}
_ONLY = {
    "console": "the console",
    "installation": "the installation",
    "issues": "all digests and letters",
    "feeds": "all feeds",
    "sources": "all sources",
    "suppressions": "the list of suppressions",
}


@dataclass(frozen=True)
class Line:
    """One act.

    Attributes:
        row: as it was written.
        named: what it was done to is called; None where that has no name, or nobody knows it.
        source: what the source is called that did it by itself.
    """

    row: Audit
    named: Named | None
    source: Named | None = None

    @property
    def action(self) -> str:
        """The act's code, whichever version wrote the row."""
        return self.row.action if self.row.act is None else self.row.act.value

    @property
    def name(self) -> str:
        """What it was done to, as a person reads it: "section Town & Council"."""
        return _ONLY.get(self.row.subject) or _called(self.row.subject, self.named)

    @property
    def who(self) -> str:
        """Who did it: as the audit calls them, and a source by its name."""
        return self.row.actor if self.source is None else _called(self.row.actor, self.source)

    @property
    def more(self) -> str:
        """What the act changed or said."""
        return in_words(self.row.detail)

    def as_dict(self) -> dict[str, object]:
        """For JSON: what the command prints and the API answers."""
        named = self.named
        return {
            "id": self.row.id,
            "at": self.row.at.isoformat(),
            "actor": self.row.actor,
            "action": self.action,
            "words": self.row.words,
            "subject": self.row.subject,
            "name": self.name,
            "slug": (named.slug if named is not None else "") or None,
            "publication": (named.publication if named is not None else "") or None,
            "detail": self.row.detail,
        }


def lines(
    tx: Transaction,
    *,
    limit: int,
    before: int | None = None,
    act: Act | None = None,
    about: str | None = None,
    actor: Actor,
) -> Sequence[Line]:
    """Who did what, the newest first.

    Args:
        tx: the open transaction.
        limit: how many at most.
        before: the id of the last line of the page before.
        act: this act alone.
        about: a subject alone ("section:3"), or all of a kind ("section").
        actor: who asks.

    Raises:
        NotAllowedError: the actor may not read all of the installation.
    """
    allow(actor, Permission.READ)
    rows = operations.audit_rows(tx, limit=limit, before=before, act=act, thing=about)
    sources = {row.actor for row in rows if row.actor.startswith("source:")}
    called = subjects.named(tx, {row.subject for row in rows} | sources)
    return [Line(row, called.get(row.subject), called.get(row.actor)) for row in rows]


def choices() -> dict[str, list[Act]]:
    """Every act by what it is done to, as a form offers them: "section", "changed"."""
    found: dict[str, list[Act]] = {}
    for each in Act:
        thing = each.value.partition("-")[0]
        found.setdefault(_UNDER.get(thing, thing), []).append(each)
    return found


def act_of(said: str) -> Act:
    """The act of a code that somebody asks for.

    Raises:
        UsageError: there is none.
    """
    if said not in set(Act):
        raise UsageError(
            f"There is no action {said[:60]}; name one such as section-change. The console's audit "
            "lists them all.",
            field="action",
        )
    return Act(said)


def _called(subject: str, named: Named | None) -> str:
    thing, _, number = subject.partition(":")
    said = named.name if named is not None else ""
    if thing == "address":
        number = number[:_OF_A_HASH]
    owner = f" ({named.publication})" if named is not None and named.publication else ""
    return f"{_CALLED.get(thing, thing)} {said or number}{owner}".strip()


def in_words(detail: Mapping[str, Any]) -> str:
    """What an act changed or said, as a person reads it: "name: Town Hall → Town & Council"."""
    told: list[str] = []
    for key, value in detail.items():
        if key == "fields" and isinstance(value, Mapping):
            told += [f"{name}: {_change(change)}" for name, change in value.items()]
        else:
            told.append(f"{key}: {_plain(value)}")
    return "; ".join(told)


def _change(change: Any) -> str:
    match change:
        case [before, after]:
            return f"{_plain(before)} → {_plain(after)}"
    return _plain(change)


def _plain(value: Any) -> str:
    match value:
        case None | "" | [] | {}:
            return _NOTHING
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return str(value)
