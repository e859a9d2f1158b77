"""The master key is rotated in steps, so that no host signs what another does not believe yet.

    one key ─ rotate ─> the new one is believed ─ rotate ─> it signs ─ a year ─ end ─> one key
              (add it everywhere)                 (switch)            (remove)

Where one supervisor holds the key in its own file there is no first step. Nothing is written here
but rows: what the setting is to say next is handed to whoever asked, who puts it in place.

Source: docs/decisions/0048-the-master-key-is-a-list.md.
"""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from syndicate import phrases
from syndicate.articles import push_keys
from syndicate.errors import RefusedError
from syndicate.keys import sealing, standing
from syndicate.master_key import KEY_BYTES, MOST, MasterKey, id_of
from syndicate.newsroom.verbs import allow, verb
from syndicate.settings import Settings
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import audit, master_keys
from syndicate.store.platform.master_keys import MasterKeyRow
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.keys import MasterKeyState

_SUBJECT = "installation"
_WAITING = (MasterKeyState.MADE, MasterKeyState.HELD)


@dataclass(frozen=True)
class Next:
    """What SYNDICATE_MASTER_KEY is to say next.

    Attributes:
        key: the whole of it.
        says: what that does, and what comes after it, in sentences.
    """

    key: MasterKey
    says: str


@verb(Permission.TOKENS)
def rotate(
    held: MasterKey, *, is_alone: bool, days: int | None, actor: Actor, now: dt.datetime
) -> Next:
    """Go on to the next step of a rotation, or begin one.

    Args:
        held: what the setting says now, in its own place.
        is_alone: whether all processes take it from that one place, and are restarted together.
        days: for how long the key of before is honoured; None as long as usual.
        actor: who asks.
        now: aware UTC.

    Raises:
        RefusedError: the step before is not done everywhere.
    """
    with transaction() as tx:
        allow(actor, Permission.TOKENS)
        master_keys.hold(tx)
        rows = {row.id: row for row in master_keys.every(tx)}
        _need_the_same(held, rows)
        new_id = next((each for each in held.ids[1:] if _is_waiting(rows.get(each))), None)
        if new_id is not None:
            if not is_alone and rows[new_id].state is MasterKeyState.MADE:
                raise RefusedError(
                    f"The workers do not hold the new master key {new_id} yet: put the whole line "
                    "in SYNDICATE_MASTER_KEY of every host, restart every process, and run this "
                    "again."
                )
            _record(tx, Act.KEY_ROTATE, actor, now, key=new_id, step="switch")
            return Next(held.signed_by(new_id), _switched(new_id, is_alone=is_alone))
        if len(held.ids) >= MOST:
            raise RefusedError(
                f"There are {MOST} master keys; end the oldest first: `syndicate keys end master`."
            )
        fresh = secrets.token_bytes(KEY_BYTES)
        honoured = master_keys.HONOURED_DAYS if days is None else days
        push_keys.keep_derived(tx, now)
        master_keys.make(tx, id_of(fresh), days=honoured, now=now)
        _record(tx, Act.KEY_ROTATE, actor, now, key=id_of(fresh), step="add")
    added = held.with_new(fresh)
    if is_alone:
        new_id = id_of(fresh)
        return Next(added.signed_by(new_id), _switched(new_id, is_alone=True))
    return Next(
        added,
        f"The key {id_of(fresh)} is new: with this line it is believed, and does not sign yet. Put "
        "the line in SYNDICATE_MASTER_KEY of every host, restart every process, and run this again "
        "for the line that switches.",
    )


@verb(Permission.TOKENS)
def end(held: MasterKey, own: Settings, *, is_early: bool, actor: Actor, now: dt.datetime) -> Next:
    """Take the older keys out whose time is over: what they signed is no longer believed.

    Args:
        held: what the setting says now, in its own place.
        own: says where the journal is.
        is_early: also those that were to be honoured for longer.
        actor: who asks.
        now: aware UTC.

    Raises:
        RefusedError: there is none, one is still needed, or its time is not over.
        PermanentError: the journal cannot be read.
    """
    lines = sealing.in_journal(own)
    with transaction() as tx:
        allow(actor, Permission.TOKENS)
        master_keys.hold(tx)
        rows = {row.id: row for row in master_keys.every(tx)}
        over = _over(held, rows, is_early=is_early, now=now)
        found = sealing.held(tx, held)
        said = sealing.Held(found.rows, lines).words
        if said:
            raise RefusedError(
                f"Of what is encrypted, {said} cannot be read without the older master key yet: a "
                "worker encrypts them anew within a minute; try again then."
            )
        if rows[held.ids[0]].journal_at is None:
            raise RefusedError(
                "No worker has looked yet whether the journal needs the older master key: start "
                "`syndicate beat` and `syndicate worker build tick`, and try again in a minute."
            )
        _record(tx, Act.KEY_END, actor, now, key=" ".join(over))
    key = held
    for each in over:
        key = key.without(each)
    return Next(
        key,
        f"This line is without {', '.join(over)}: what was signed with it is no longer believed "
        "once every process is restarted with this line.",
    )


def _need_the_same(held: MasterKey, rows: Mapping[str, MasterKeyRow]) -> None:
    """Refuse to go on from what is not what the workers have.

    Raises:
        RefusedError: the workers hold something else.
    """
    first = rows.get(held.ids[0])
    if first is not None and first.state is MasterKeyState.MADE:
        raise RefusedError(
            f"The new master key {first.id} is in place, and no worker holds it yet: restart every "
            "process (`syndicate up`)."
        )
    missing = [each for each in rows.values() if each.state in _THEIRS and each.id not in held.ids]
    if missing or (first is not None and first.left_at is not None):
        which = missing[0].id if missing else held.ids[0]
        why = "which is not in it" if missing else "which no longer signs, first"
        raise RefusedError(
            "SYNDICATE_MASTER_KEY is here not what the workers have: "
            f"they know the master key {which}, {why}. Run this where the setting has the whole "
            "line."
        )


_THEIRS = (MasterKeyState.HELD, MasterKeyState.SIGNING)


def _over(
    held: MasterKey, rows: Mapping[str, MasterKeyRow], *, is_early: bool, now: dt.datetime
) -> list[str]:
    """The older keys that may be taken out.

    Raises:
        RefusedError: there is none; the sentence says why.
    """
    _need_the_same(held, rows)
    older = [rows[each] for each in held.ids[1:] if each in rows]
    if not older:
        raise RefusedError("There is one master key, and none before it that could be ended.")
    waiting = [each for each in older if _is_waiting(each)]
    if waiting:
        raise RefusedError(
            f"The master key {waiting[0].id} does not sign yet: `syndicate keys rotate master` "
            "goes on with the rotation."
        )
    strange = standing.straggler(list(rows.values()), now)
    if strange is not None:
        raise RefusedError(standing.of_straggler(strange))
    over = [each for each in older if is_early or each.ends_at is None or each.ends_at <= now]
    if not over:
        last = min(each.ends_at for each in older if each.ends_at is not None)
        raise RefusedError(
            f"Links that were signed with it are honoured until {phrases.moment(last)}; "
            "`--early` ends them now."
        )
    return [each.id for each in over]


def _is_waiting(row: MasterKeyRow | None) -> bool:
    return row is not None and row.state in _WAITING


def _switched(new_id: str, *, is_alone: bool) -> str:
    where = "" if is_alone else "Put the line in SYNDICATE_MASTER_KEY of every host, and "
    restart = "restart `syndicate up`" if is_alone else "restart every process"
    said = f"{where}{restart}" if where else restart.capitalize()
    return (
        f"With this line the key {new_id} signs, and what the older one signed is still believed. "
        f"{said}; `syndicate keys list` says how far it is."
    )


def _record(tx: Transaction, act: Act, actor: Actor, now: dt.datetime, **detail: object) -> None:
    audit.record(tx, at=now, actor=actor.name, action=act, subject=_SUBJECT, **detail)
