"""Sessions of the console: whose they are, what that one may do now, and how they end."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import operators, sessions, tokens
from syndicate.store.platform.sessions import ConsoleSession, SignedInBy
from syndicate.store.platform.tokens import ROLES, Actor, Grant, Permission
from tests import rows
from tests.rows import NOW

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
LATER = NOW + HOUR
SECRET, OTHER = "s", "t"
DESK = Actor("console:desk", ROLES["editor"])


def token(
    tx: Transaction, name: str = "cms", *, secret: str = SECRET, publication_id: int | None = None
) -> tokens.ApiToken:
    return tokens.add_token(
        tx,
        name,
        {Permission.READ, Permission.ARTICLES},
        secret=secret,
        expires_at=None,
        now=NOW,
        publication_id=publication_id,
    )


@pytest.mark.usefixtures("database")
def test_a_token_that_is_revoked_ends_its_own_sessions() -> None:
    with transaction() as tx:
        made = token(tx)
        token(tx, "other", secret=OTHER)
        by_token = Actor("token:cms", frozenset({Permission.READ}), made.id)
        for secret, actor in (("a", by_token), ("b", DESK)):
            sessions.start(tx, actor, secret=secret, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        assert (tokens.revoke(tx, made.id), tokens.revoke(tx, made.id)) == (True, False)

        assert tokens.actor_of_token(tx, SECRET, now=NOW) is None
        assert tokens.actor_of_token(tx, OTHER, now=NOW) is not None
        assert sessions.actor_of(tx, "a", now=NOW) is None
        assert sessions.actor_of(tx, "b", now=NOW) == DESK


@pytest.mark.usefixtures("database")
def test_who_signed_in_stays_until_the_session_ends() -> None:
    with transaction() as tx:
        sessions.start(tx, DESK, secret=SECRET, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        assert sessions.actor_of(tx, SECRET, now=LATER - SECOND) == DESK
        assert sessions.actor_of(tx, SECRET, now=LATER) is None
        assert sessions.actor_of(tx, OTHER, now=NOW) is None
        (row,) = tx.scalars(select(ConsoleSession))
        assert (row.session_hash, row.created_at) == (tokens.digest(SECRET), NOW)


@pytest.mark.usefixtures("database")
def test_sessions_that_ended_are_forgotten_when_the_next_begins() -> None:
    with transaction() as tx:
        for secret, expires_at in (("a", NOW), ("b", NOW + SECOND)):
            sessions.start(
                tx, DESK, secret=secret, by=SignedInBy.LINK, expires_at=expires_at, now=NOW - HOUR
            )

        sessions.start(tx, DESK, secret=OTHER, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        hashes = set(tx.scalars(select(ConsoleSession.session_hash)))
        assert hashes == {tokens.digest("b"), tokens.digest(OTHER)}


@pytest.mark.usefixtures("database")
def test_whoever_signs_out_ends_one_session() -> None:
    with transaction() as tx:
        for secret in ("a", "b"):
            sessions.start(tx, DESK, secret=secret, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        for _ in range(2):
            sessions.end(tx, "a")

        assert sessions.actor_of(tx, "a", now=NOW) is None
        assert sessions.actor_of(tx, "b", now=NOW) == DESK


@pytest.mark.usefixtures("database")
def test_a_session_by_a_token_opens_no_more_than_the_token() -> None:
    with transaction() as tx:
        daily = rows.publication(tx).id
        made = tokens.holder(token(tx, publication_id=daily))
        sessions.start(tx, made, secret=SECRET, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        found = sessions.actor_of(tx, SECRET, now=NOW)

        assert found == made
        assert found is not None
        assert found.grants == frozenset(Grant(each, daily) for each in made.permissions)


@pytest.mark.usefixtures("database")
def test_an_operator_may_do_what_is_granted_now_and_nothing_once_retired() -> None:
    with transaction() as tx:
        row = rows.operator(tx, "desk")
        someone = operators.actor_of(tx, row)
        assert someone is not None
        sessions.start(tx, someone, secret=SECRET, by=SignedInBy.LINK, expires_at=LATER, now=NOW)

        seen = [sessions.actor_of(tx, SECRET, now=NOW)]
        operators.grant(tx, row.id, [Grant(Permission.READ)])
        seen.append(sessions.actor_of(tx, SECRET, now=NOW))
        operators.change(tx, row, {"retired_at": NOW})
        seen.append(sessions.actor_of(tx, SECRET, now=NOW))

        held = [each.permissions if each else None for each in seen]
        assert held == [frozenset(), {Permission.READ}, None]
