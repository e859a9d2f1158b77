"""Who gets no more mail: all of it as a list, and adding and lifting.

    listed   the newest first; by address, by reason, by which mail
    add      for a reader of the actor's (`OneReader`), or an address, which may be nobody's here: a
             friend who was sent an article, a stranger
    lift     likewise, or by the key of the list where nobody has the address now

Which mail is `*` for all of it, a kind ("article"), or "newsletter:morning". Suppressions are of
the whole installation, whichever of its publications a reader has; so is the permission to see
them, but for a newsletter's own.
"""

import binascii
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syndicate import bounds
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.newsroom import newsletters as newsroom
from syndicate.newsroom.readers import Who, checked_reason, seen
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.newsroom import newsletters
from syndicate.store.platform import audit
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import EVERYWHERE
from syndicate.store.views import readers, suppressions
from syndicate.store.views.suppressions import Barred, Place
from syndicate.subscribers import fates
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import SuppressionReason, SuppressionScope

SHOWN_AT_ONCE = 50
OF_NEWSLETTER = "newsletter:"
SUBJECT = "suppressions"  # of a look at the list
_HASH_BYTES = 32
_BETWEEN = "~"  # parts of a place


@dataclass(frozen=True)
class Listed:
    """One suppression as operators see it.

    Attributes:
        row: what is stored.
        of: which mail: "*", a kind, or "newsletter:morning".
        words: the same for people.
    """

    row: Barred
    of: str
    words: str

    @property
    def key(self) -> str:
        """What names the address where nobody has it now: its keyed hash."""
        return self.row.address_hash.hex()

    @property
    def reason_words(self) -> str:
        """Why, as a clause."""
        return fates.why_of(self.row.reason)

    def as_dict(self) -> dict[str, object]:
        """For JSON: what the command prints and the API answers."""
        return {
            "key": self.key,
            "address": self.row.address,
            "subscriber": self.row.subscriber_id,
            "of": self.of,
            "words": self.words,
            "reason": self.row.reason,
            "reason_words": self.reason_words,
            "at": self.row.at.isoformat(),
            "by": self.row.by,
            "why": self.row.why,
        }


@dataclass(frozen=True)
class Page:
    """Some suppressions, the newest first.

    Attributes:
        found: at most as many as were asked for.
        after: names the next page; None on the last.
    """

    found: Sequence[Listed]
    after: str | None

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"suppressions": [each.as_dict() for each in self.found], "after": self.after}


@dataclass(frozen=True)
class OneReader:
    """A reader whom the actor sees: by id, or by address as typed."""

    who: Who


Named = OneReader | str  # a string is an address as typed, or the key of the list


@dataclass(frozen=True)
class _Mail:
    """Which mail is meant: its scope, what the audit keeps of it, and whose it is."""

    scope: str
    told: Mapping[str, str]
    ids: Mapping[str, int] = field(default_factory=dict)


@verb(Permission.READERS)
def listed(  # noqa: PLR0913 - what a list can be asked for
    tx: Transaction,
    *,
    address: str = "",
    of: str | None = None,
    reason: SuppressionReason | None = None,
    after: str | None = None,
    limit: int = SHOWN_AT_ONCE,
    actor: Actor,
    now: dt.datetime,
) -> Page:
    """A page of what is suppressed; each look is a line in the audit.

    Args:
        tx: the open transaction.
        address: of this address alone, as typed, or by the key of the list; "" for all.
        of: of this mail alone.
        reason: for this reason alone.
        after: of the page before; None for the newest.
        limit: at most.
        actor: who looks.
        now: aware UTC.

    Raises:
        BadAddressError, NotFoundError: what was typed is no address, or no newsletter.
        NotAllowedError: the actor may not see readers of the whole installation.
        UsageError: there is no such mail to be kept from, or no page goes on there.
    """
    allow(actor, Permission.READERS)
    page = read(tx, address=address, of=of, reason=reason, after=after, limit=limit)
    audit.record(tx, at=now, actor=actor.name, action=Act.READER_LOOK, subject=SUBJECT)
    return page


def read(
    tx: Transaction,
    *,
    address: str = "",
    of: str | None = None,
    reason: SuppressionReason | None = None,
    after: str | None = None,
    limit: int = SHOWN_AT_ONCE,
) -> Page:
    """The same, for whoever has asked whether its actor may see them."""
    found = suppressions.page(
        tx,
        address_hash=_hash(address) if address.strip() else None,
        scope=None if of is None else _mail(tx, of).scope,
        reason=reason,
        after=None if after is None else _place(after),
        limit=limit + 1,
    )
    names = {newsletters.scope(each.id): each for each in newsletters.every(tx)}
    shown = []
    for row in found[:limit]:
        own = names.get(row.scope)
        if own is not None:
            shown.append(Listed(row, f"{OF_NEWSLETTER}{own.slug}", own.name))
        else:
            shown.append(Listed(row, row.scope, _words(row.scope)))
    return Page(shown, _cursor(found[limit - 1]) if len(found) > limit else None)


@verb(Permission.CARE)
def add(
    tx: Transaction,
    whose: Named,
    *,
    of: str = EVERYWHERE,
    why: str,
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Send no more mail to a reader, or to an address, whoever has it. Safe to run twice.

    The first reason stays, but that mail came back (`recipients.suppress`).

    Args:
        tx: the open transaction.
        whose: a reader, or an address; no key.
        of: which mail.
        why: for the list, the timeline and the audit.
        actor: who says so.
        now: aware UTC.

    Returns:
        Whether anything changed.

    Raises:
        BadAddressError, NotFoundError: what was typed is no address, no reader of the actor's, or
            no newsletter.
        NotAllowedError: it is not the actor's to end.
        UsageError: there is no such mail; or nothing is said of why, or too much.
    """
    asked = _asked(tx, whose, of, why, actor)
    operator = SuppressionReason.OPERATOR
    is_new = recipients.suppress(
        tx, asked.address_hash, scope=asked.mail.scope, reason=operator, now=now
    )
    if is_new:
        _record(tx, Act.READER_SUPPRESS, asked, actor, now)
    return is_new


@verb(Permission.CARE)
def lift(
    tx: Transaction,
    whose: Named,
    *,
    of: str = EVERYWHERE,
    why: str,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Send mail to a reader, or to an address, again.

    Args:
        tx: the open transaction.
        whose: a reader, an address, or the key of the list.
        of: which mail.
        why: for the timeline and the audit.
        actor: who says so.
        now: aware UTC.

    Raises:
        BadAddressError, NotFoundError: what was typed is no address, no reader of the actor's, or
            no newsletter.
        NotAllowedError: it is not the actor's to send again.
        RefusedError: nothing is suppressed.
        UsageError: there is no such mail; or nothing is said of why, or too much.
    """
    asked = _asked(tx, whose, of, why, actor, may_be_key=True)
    lifted = recipients.lift(tx, asked.address_hash, scope=asked.mail.scope)
    if lifted is None:
        raise RefusedError(
            f"This address has no suppression of {asked.mail.told['of']}, so nothing was changed; "
            "the list of suppressions shows those that it has."
        )
    _record(tx, Act.READER_LIFT, asked, actor, now, was=lifted.reason)


def of_newsletter(slug: str | None) -> str:
    """Which mail is meant by a newsletter's slug; all of it where there is none."""
    return EVERYWHERE if slug is None else f"{OF_NEWSLETTER}{slug}"


@dataclass(frozen=True)
class _Asked:
    """Whose mail is to end or go again, which of it, and why."""

    address_hash: bytes
    mail: _Mail
    why: str


def _asked(
    tx: Transaction, whose: Named, of: str, why: str, actor: Actor, *, may_be_key: bool = False
) -> _Asked:
    if isinstance(whose, OneReader):  # of a reader elsewhere nobody learns that there is one
        address_hash = seen(tx, whose.who, actor, Permission.CARE).address_hash
        reason = checked_reason(why)
        return _Asked(address_hash, _allowed(tx, of, actor), reason)
    mail, reason = _allowed(tx, of, actor), checked_reason(why)
    if may_be_key:
        return _Asked(_hash(whose), mail, reason)
    address = recipients.normalise(whose, is_known=True)
    return _Asked(recipients.hash_of(address), mail, reason)


def _allowed(tx: Transaction, of: str, actor: Actor) -> _Mail:
    """The mail that is meant, where the actor may end it and send it again."""
    if not of.startswith(OF_NEWSLETTER):
        allow(actor, Permission.CARE)
        return _mail(tx, of)
    mail = _mail(tx, of)
    allow(actor, Permission.CARE, **mail.ids)
    return mail


def _mail(tx: Transaction, of: str) -> _Mail:
    if of.startswith(OF_NEWSLETTER):
        found = newsroom.named(tx, of.removeprefix(OF_NEWSLETTER))
        ids = {"publication_id": found.publication_id, "newsletter_id": found.id}
        return _Mail(newsletters.scope(found.id), {"of": found.slug}, ids)
    if of not in set(SuppressionScope):
        raise UsageError(
            f"There is no mail called {of[:60]}; say {', '.join(SuppressionScope)}, or "
            f"{OF_NEWSLETTER}SLUG.",
            field="of",
        )
    kind = SuppressionScope(of)
    told = {"of": kind.words}
    # What the journal does again after a restore; of all mail it knows.
    return _Mail(of, told if of == EVERYWHERE else {**told, "scope": of})


def _words(scope: str) -> str:
    return SuppressionScope(scope).words if scope in set(SuppressionScope) else scope


def _hash(address: str) -> bytes:
    """Of an address as typed, or of a key."""
    typed = address.strip()
    if len(typed) == 2 * _HASH_BYTES and "@" not in typed:
        try:
            return binascii.unhexlify(typed)
        except ValueError as error:
            raise NotFoundError(
                "This is neither an address nor a key of the list of suppressions."
            ) from error
    return recipients.hash_of(recipients.normalise(typed, is_known=True))


def _cursor(row: Barred) -> str:
    noted_at, address_hash, scope = row.place
    return _BETWEEN.join((noted_at.isoformat(), address_hash.hex(), scope))


def _place(after: str) -> Place:
    try:
        moment, key, scope = after.split(_BETWEEN, 2)
        at = bounds.sayable(dt.datetime.fromisoformat(moment))
        return at, bytes.fromhex(key), bounds.text(scope)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            "No page of suppressions goes on there; begin with the first.", field="after"
        ) from error


def _record(
    tx: Transaction, action: Act, asked: _Asked, actor: Actor, now: dt.datetime, **detail: str
) -> None:
    told = {**asked.mail.told, "why": asked.why, **detail}
    name = audit.subject_of(asked.address_hash, readers.id_of(tx, asked.address_hash))
    audit.record(tx, at=now, actor=actor.name, action=action, subject=name, **told)
