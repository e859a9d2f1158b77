"""Tokens and sign-in links: known by their hash, good for their time and their scopes."""

import datetime as dt

import pytest
from sqlalchemy import select, text

from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import tokens
from syndicate.store.platform.tokens import (
    LINK_WITHIN,
    ROLES,
    Actor,
    ApiToken,
    Permission,
    UsedToken,
)
from tests.rows import NOW
from tests.store import racing

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
LATER = NOW + HOUR
SECRET, OTHER = "s", "t"


def token(
    tx: Transaction,
    name: str = "cms",
    *,
    secret: str = SECRET,
    expires_at: dt.datetime | None = None,
) -> ApiToken:
    scopes = {Permission.READ, Permission.ARTICLES}
    return tokens.add_token(tx, name, scopes, secret=secret, expires_at=expires_at, now=NOW)


def used_at(tx: Transaction) -> dt.datetime | None:
    return tx.scalar(select(ApiToken.used_at))


def test_a_secret_says_whose_it_is_and_no_two_are_alike() -> None:
    first, second = tokens.new_secret(), tokens.new_secret()

    assert first.startswith("syn_")
    assert len(first) == len("syn_") + 43  # 32 bytes in base 64
    assert first != second


def test_what_is_kept_of_a_secret_is_its_sha_256() -> None:
    # printf 'abc' | sha256sum
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    assert tokens.digest("abc").hex() == expected


@pytest.mark.usefixtures("database")
def test_a_token_is_kept_without_its_secret() -> None:
    with transaction() as tx:
        made = token(tx, expires_at=LATER)

        assert (made.name, made.token_hash) == ("cms", tokens.digest(SECRET))
        assert made.scopes == ["articles.write", "read"]
        assert (made.created_at, made.expires_at, made.used_at) == (NOW, LATER, None)


@pytest.mark.usefixtures("database")
def test_tokens_are_listed_oldest_first() -> None:
    with transaction() as tx:
        for name in ("b", "a"):
            token(tx, name, secret=name)

        assert [each.name for each in tokens.all_tokens(tx)] == ["b", "a"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("expires_at", "is_good"), [(None, True), (NOW + SECOND, True), (NOW, False)]
)
def test_whoever_holds_a_token_acts_until_it_expires(
    expires_at: dt.datetime | None, *, is_good: bool
) -> None:
    with transaction() as tx:
        made = token(tx, expires_at=expires_at)

        found = tokens.actor_of_token(tx, SECRET, now=NOW)

        scopes = frozenset({Permission.READ, Permission.ARTICLES})
        assert found == (Actor("token:cms", scopes, made.id) if is_good else None)


@pytest.mark.usefixtures("database")
def test_another_secret_is_nobodys() -> None:
    with transaction() as tx:
        token(tx)

        assert tokens.actor_of_token(tx, OTHER, now=NOW) is None


@pytest.mark.usefixtures("database")
def test_a_scope_of_another_version_permits_nothing() -> None:
    with transaction() as tx:
        token(tx)
        tx.execute(text("UPDATE api_token SET scopes = '{read,everything}'"))

        found = tokens.actor_of_token(tx, SECRET, now=NOW)

        assert found is not None
        assert found.permissions == {Permission.READ}


@pytest.mark.usefixtures("database")
def test_when_a_token_was_used_is_known_to_the_hour() -> None:
    with transaction() as tx:
        token(tx)
        seen = []
        for moment in (NOW, LATER, LATER + SECOND):
            tokens.actor_of_token(tx, SECRET, now=moment)
            seen.append(used_at(tx))

        assert seen == [NOW, NOW, LATER + SECOND]


@pytest.mark.usefixtures("database")
def test_the_use_of_one_token_is_no_use_of_another() -> None:
    with transaction() as tx:
        token(tx)
        token(tx, "other", secret=OTHER)

        tokens.actor_of_token(tx, SECRET, now=NOW)

        assert [each.used_at for each in tokens.all_tokens(tx)] == [NOW, None]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("world-desk_2.a", "world-desk_2.a"),
        ("a:admin:0:x", "aadmin0x"),
        ("مكتب desk", "desk"),
        ("", "operator"),
        (": :", "operator"),
    ],
)
def test_a_link_names_who_signs_in_and_nothing_in_the_name_breaks_it(name: str, shown: str) -> None:
    payload = tokens.link_payload(name, "viewer", now=NOW)

    assert tokens.read_link(payload, now=NOW) == (shown, "viewer")


def test_two_links_of_one_moment_differ() -> None:
    first, second = (tokens.link_payload("desk", "viewer", now=NOW) for _ in range(2))

    assert first != second


@pytest.mark.parametrize(("after", "is_good"), [(LINK_WITHIN, True), (LINK_WITHIN + SECOND, False)])
def test_a_link_lets_in_for_a_quarter_of_an_hour(after: dt.timedelta, *, is_good: bool) -> None:
    payload = tokens.link_payload("desk", "editor", now=NOW)

    assert (tokens.read_link(payload, now=NOW + after) == ("desk", "editor")) is is_good


@pytest.mark.usefixtures("database")
def test_a_token_is_used_once_whatever_for() -> None:
    with transaction() as tx:
        used = [
            tokens.use_once(tx, hashed, purpose=purpose, now=NOW)
            for hashed, purpose in ((b"a", "x"), (b"a", "y"), (b"b", "x"))
        ]

        assert used == [True, False, True]


@pytest.mark.usefixtures("database")
def test_of_two_who_use_a_token_at_once_one_has_it() -> None:
    def use(tx: Transaction) -> bool:
        return tokens.use_once(tx, b"a", purpose="x", now=NOW)

    assert racing.second(use, use) is False


@pytest.mark.usefixtures("database")
def test_used_tokens_are_forgotten_by_their_date() -> None:
    with transaction() as tx:
        for hashed, at in ((b"old", NOW - SECOND), (b"new", NOW)):
            tokens.use_once(tx, hashed, purpose="x", now=at)

        tokens.forget_before(tx, NOW)

        assert list(tx.scalars(select(UsedToken.token_hash))) == [b"new"]


@pytest.mark.parametrize(
    ("role", "lacks", "has"),
    [
        ("viewer", Permission.ARTICLES, Permission.READ),
        ("editor", Permission.STEER, Permission.RUN),
        ("sender", Permission.EXPORT, Permission.STOP),
        ("relay", Permission.READ, Permission.ACCEPTS),
    ],
)
def test_a_role_may_do_its_part(role: str, lacks: Permission, has: Permission) -> None:
    assert has in ROLES[role]
    assert lacks not in ROLES[role]
    assert ROLES["admin"] == frozenset(Permission)
