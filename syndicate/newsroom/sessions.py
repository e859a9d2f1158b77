"""Being signed in: recovery codes, sessions and their end.

sign in   by passkey, by recovery code, by a one-time link, or by a token
end       by oneself, by an operator who may, by retirement, or after a working day
"""

import datetime as dt
import secrets

from syndicate.errors import NotFoundError, RefusedError
from syndicate.newsroom.passkeys import own
from syndicate.newsroom.verbs import allow, verb
from syndicate.store.ground.session import Transaction
from syndicate.store.platform import audit, notices, operators, passkeys, sessions, tokens
from syndicate.store.platform.notices import NoticeKind
from syndicate.store.platform.sessions import SignedInBy
from syndicate.store.platform.tokens import Actor, Permission
from syndicate.vocabulary.acts import Act

CODES = 10
# 79 bits: nobody guesses one, and so its plain hash is enough.
_SIGNS, _GROUPS, _IN_A_GROUP = "abcdefghjkmnpqrstuvwxyz23456789", 4, 4


@verb(Permission.READ)
def sign_in(
    tx: Transaction, *, by: SignedInBy, ends_at: dt.datetime, actor: Actor, now: dt.datetime
) -> str:
    """Begin a session in the console; each time another one.

    Args:
        tx: the open transaction.
        by: what let them in.
        ends_at: when it ends by itself, aware UTC.
        actor: who is let in.
        now: aware UTC.

    Returns:
        Its secret, of which only the hash is kept.
    """
    secret = tokens.new_secret()
    sessions.start(tx, actor, secret=secret, by=by, expires_at=ends_at, now=now)
    _record(tx, Act.SIGN_IN, "console", actor, now, by=by.value)
    if by in SignedInBy.unusual():
        notices.note(tx, NoticeKind(by), about=actor, now=now)
    return secret


@verb(Permission.READ)
def make_codes(tx: Transaction, *, actor: Actor, now: dt.datetime) -> list[str]:
    """Ten recovery codes for the operator who asks; those of before are worth nothing from now on.

    Returns:
        The codes, to be shown this once: only their hashes are kept.

    Raises:
        RefusedError: whoever asks is no operator.
    """
    operator_id = own(actor)
    codes = [_code() for _ in range(CODES)]
    passkeys.replace_codes(tx, operator_id, [_bare(each) for each in codes], now=now)
    _record(tx, Act.CODES_MAKE, f"operator:{operator_id}", actor, now)
    return codes


def whose_code(tx: Transaction, typed: str) -> Actor:
    """The operator whose recovery code was typed; it is used up.

    Raises:
        RefusedError: it is nobody's, or was used before.
    """
    operator_id = passkeys.use_code(tx, _bare(typed))
    operator = operators.find(tx, operator_id)
    actor = operators.actor_of(tx, operator) if operator is not None else None
    if actor is None:
        raise RefusedError(
            "This recovery code is not known, or was used before; each works once. Try the next."
        )
    return actor


@verb(Permission.OPERATORS)
def end(tx: Transaction, session_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """End somebody's session at once.

    Raises:
        NotFoundError: there is no such session.
    """
    allow(actor, Permission.OPERATORS)
    _end(tx, session_id, actor, now)


@verb(Permission.READ)
def end_own(tx: Transaction, session_id: int, *, actor: Actor, now: dt.datetime) -> None:
    """End a session of the operator who asks, on whatever device it is.

    Raises:
        NotFoundError: they have no such session.
        RefusedError: whoever asks is no operator.
    """
    if session_id not in {each.id for each in sessions.of(tx, own(actor), now=now)}:
        raise _unknown(session_id)
    _end(tx, session_id, actor, now)


def _end(tx: Transaction, session_id: int, actor: Actor, now: dt.datetime) -> None:
    whose = sessions.end_numbered(tx, session_id)
    if whose is None:
        raise _unknown(session_id)
    _record(tx, Act.SESSION_END, f"session:{session_id}", actor, now, whose=whose)


def _unknown(session_id: int) -> NotFoundError:
    return NotFoundError(
        f"There is no session {session_id}; perhaps it has ended.", session_id=session_id
    )


def _code() -> str:
    signs = [secrets.choice(_SIGNS) for _ in range(_GROUPS * _IN_A_GROUP)]
    return "-".join("".join(signs[at : at + _IN_A_GROUP]) for at in range(0, 16, _IN_A_GROUP))


def _bare(typed: str) -> str:
    """A code as it is known: however it was spaced and spelt."""
    return "".join(typed.lower().replace("-", " ").split())


def _record(
    tx: Transaction, what: Act, subject: str, actor: Actor, now: dt.datetime, **detail: str
) -> None:
    audit.record(tx, at=now, actor=actor.name, action=what, subject=subject, **detail)
