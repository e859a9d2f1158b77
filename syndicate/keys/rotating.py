"""Another key takes the place of one, and both are believed until the older one's end.

    push:courier           both sign for a week          token:7   both open the same for a week
    dkim:courier.example   signs once DNS shows it       hub:12    asked for anew, both till then

The master key is rotated in a shell (`keys.master`): its secret goes through no other face.
"""

import datetime as dt
from dataclasses import dataclass

from syndicate import bounds, jobs, phrases
from syndicate.articles import push_keys
from syndicate.errors import NotFoundError, RefusedError, UsageError
from syndicate.mail.sender import steering as senders
from syndicate.newsroom import publications
from syndicate.newsroom import sources as meant
from syndicate.newsroom import tokens as acting
from syndicate.newsroom.making import acts
from syndicate.newsroom.making import tokens as making
from syndicate.newsroom.making.acts import Key
from syndicate.newsroom.tokens import permitted
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.intake import push_keys as pushed
from syndicate.store.intake import websub
from syndicate.store.newsroom import publications as rows
from syndicate.store.platform import audit, sessions, tokens
from syndicate.store.platform.tokens import Actor, ApiToken, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.keys import KeyKind

# A CMS or a program is given the new one within a week, or somebody is asked why not.
OVERLAP_DAYS = 7
_SHELL = (
    "The master key is rotated and ended in the shell of who runs the machines: `syndicate keys "
    "rotate master`."
)
_NEVER = (
    "Addresses are hashed with one key for ever: a reader who was erased is known by the hash "
    "alone, and cannot be hashed anew. docs/operations.md says what to do where it has leaked."
)


@dataclass(frozen=True)
class Rotated:
    """What became of a key.

    Attributes:
        name: of it.
        secret: the new one, for whoever must hold it, shown this once; empty where nobody must.
        until: how long the one before it is believed, aware UTC; None where it says itself.
        says: what comes next, in a sentence.
    """

    name: str
    secret: str
    until: dt.datetime | None
    says: str


@verb(Permission.TOKENS)
def rotate(name: str, *, days: int | None = None, actor: Actor, now: dt.datetime) -> Rotated:
    """Let another key take the place of one.

    Args:
        name: as the list of keys has it.
        days: for how long the one before it is believed; None for a week; 0 ends it now.
        actor: who asks.
        now: aware UTC.

    Raises:
        NotFoundError: there is none of this name.
        RefusedError: it is rotated elsewhere, or never.
        NotAllowedError: the actor may not, there.
    """
    kind, which = _parts(name)
    until = now + dt.timedelta(days=OVERLAP_DAYS if days is None else days)
    if kind is KeyKind.DKIM:
        return _rotate_dkim(name, which, actor=actor, now=now)
    with transaction() as tx:
        if kind is KeyKind.PUSH:
            return _rotate_push(tx, which, until, actor, now)
        if kind is KeyKind.TOKEN:
            return _rotate_token(tx, which, until, actor, now)
        return _rotate_hub(tx, which, actor, now)


@verb(Permission.TOKENS)
def end(name: str, *, actor: Actor, now: dt.datetime) -> bool:
    """Let what came before a key be believed no longer. Safe to run twice.

    Args:
        name: as the list of keys has it.
        actor: who asks.
        now: aware UTC.

    Returns:
        Whether anything was still believed.

    Raises:
        NotFoundError: there is none of this name.
        RefusedError: it ends elsewhere, by itself, or never.
        NotAllowedError: the actor may not, there.
    """
    kind, which = _parts(name)
    with transaction() as tx:
        if kind is KeyKind.PUSH:
            return _end_push(tx, which, actor, now)
        if kind is KeyKind.TOKEN:
            return _end_token(tx, which, actor, now)
    raise RefusedError(
        "A key of this kind ends by itself once the one after it is in use: of DKIM when no mail "
        "waits that was signed with it, of a hub when the hub has confirmed the next."
    )


def _parts(name: str) -> tuple[KeyKind, str]:
    """Kind of a key and which one it is.

    Raises:
        NotFoundError: there is no such kind.
        RefusedError: it is not rotated here.
    """
    kind, between, which = bounds.text(name, "The name", most=300).partition(":")
    if name == KeyKind.MASTER:
        raise RefusedError(_SHELL)
    if name == KeyKind.ADDRESSES:
        raise RefusedError(_NEVER)
    if kind == KeyKind.SETTING:
        raise RefusedError(
            "This key is a setting, which others gave us: have them make another, set that, and "
            "restart every process."
        )
    if not between or kind not in set(KeyKind) or not which:
        shown = name if len(name) <= 60 else "of this name"  # noqa: PLR2004 - of a line
        raise NotFoundError(f"There is no key {shown}; `syndicate keys list` shows all there are.")
    return KeyKind(kind), which


def _rotate_push(
    tx: Transaction, slug: str, until: dt.datetime, actor: Actor, now: dt.datetime
) -> Rotated:
    publications.let_into(tx, slug, Permission.TOKENS, actor)
    rows.hold(tx)
    publication = publications.named(tx, slug)
    secret = push_keys.rotate(tx, publication, ends_at=until, now=now)
    name = f"push:{publication.slug}"
    _record(tx, Act.KEY_ROTATE, f"publication:{publication.id}", name, actor, now)
    return Rotated(
        name,
        secret.hex(),
        until,
        "Give it to the CMS: it signs with it from now on. The key of before is believed until "
        f"{phrases.moment(until)}.",
    )


def _end_push(tx: Transaction, slug: str, actor: Actor, now: dt.datetime) -> bool:
    publications.let_into(tx, slug, Permission.TOKENS, actor)
    publication = publications.named(tx, slug)
    older = [
        each
        for each in pushed.of(tx, publication.id)
        if each.ends_at is not None and each.ends_at > now
    ]
    if older:
        pushed.end_older(tx, publication.id, now)
        name = f"push:{publication.slug}"
        _record(tx, Act.KEY_END, f"publication:{publication.id}", name, actor, now)
    return bool(older)


def _rotate_token(
    tx: Transaction, which: str, until: dt.datetime, actor: Actor, now: dt.datetime
) -> Rotated:
    row = _token(tx, which, actor)
    acting.let_give(permitted(row.scopes), row.publication_id, actor)
    if row.expires_at is not None and row.expires_at <= now:
        raise RefusedError(
            f"Token {making.name_of(tx, row)} has expired; give it another last day first, or make "
            "a new one."
        )
    secret = tokens.new_secret()
    tokens.rotate(tx, row, secret, until=until, now=now)
    name = f"token:{row.id}"
    _record(tx, Act.KEY_ROTATE, name, name, actor, now)
    return Rotated(
        name,
        secret,
        until,
        "Give it to its holder: it cannot be shown again, because only its hash is stored. The "
        f"secret of before opens the same until {phrases.moment(until)}.",
    )


def _end_token(tx: Transaction, which: str, actor: Actor, now: dt.datetime) -> bool:
    row = _token(tx, which, actor)
    is_open = row.former_until is not None and row.former_until > now
    if is_open:
        tokens.end_former(tx, row)
        sessions.end_all_by(tx, row.id)
        name = f"token:{row.id}"
        _record(tx, Act.KEY_END, name, name, actor, now)
    return is_open


def _token(tx: Transaction, which: str, actor: Actor) -> ApiToken:
    row: ApiToken = acts.held(tx, making.SHELF.keeping, Key(which), actor=actor)
    return row


def _rotate_dkim(name: str, domain: str, *, actor: Actor, now: dt.datetime) -> Rotated:
    with transaction() as tx:
        owner = next(
            (
                each.slug
                for each in rows.all_publications(tx)
                if domain in senders.domains(tx, each)
                and actor.may(Permission.TOKENS, publication_id=each.id)
            ),
            None,
        )
    if owner is None:
        raise NotFoundError(
            f"No mail comes from {domain[:100]}; `syndicate keys list` shows all keys there are."
        )
    senders.rotate(owner, domain, actor=actor, now=now)
    return Rotated(
        name,
        "",
        None,
        f"A new key waits: publish its record (`syndicate senders list`), and it signs for {domain}"
        " once DNS shows it. The key of before goes on until then.",
    )


def _rotate_hub(tx: Transaction, which: str, actor: Actor, now: dt.datetime) -> Rotated:
    source = meant.named(tx, which)
    allow(actor, Permission.TOKENS, publication_id=source.publication_id)
    if not websub.renew_soon(tx, source.id, now):
        raise UsageError(f"Source {source.name} has no hub that has confirmed us.")
    name = f"hub:{source.id}"
    _record(tx, Act.KEY_ROTATE, f"source:{source.id}", name, actor, now)
    tx.hint(jobs.COLLECT_DUE)
    return Rotated(
        name,
        "",
        None,
        "The hub is asked anew with another secret; until it has confirmed that, what it signs "
        "with the one of before is believed.",
    )


def _record(
    tx: Transaction, act: Act, subject: str, name: str, actor: Actor, now: dt.datetime
) -> None:
    audit.record(tx, at=now, actor=actor.name, action=act, subject=subject, key=name)
