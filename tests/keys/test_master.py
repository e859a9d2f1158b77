"""The steps of a rotation: each is refused until the one before it is done everywhere."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from syndicate import settings, signing
from syndicate.articles import push_keys
from syndicate.errors import NotAllowedError, RefusedError
from syndicate.keys import listing, master, sealing
from syndicate.mail.mime import sealed
from syndicate.mail.mime.message import UNSUBSCRIBE
from syndicate.signing import BadTokenError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import master_keys
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.sending import dkim_keys
from syndicate.vocabulary.keys import MasterKeyState
from tests import rows
from tests.acting import TESTER
from tests.keys.rotation import YEAR, end, go_on, held, put, rotated, tick
from tests.rows import DAY, NOW

MINUTE = dt.timedelta(minutes=1)
NAME = "s1._domainkey.daily.example"

pytestmark = pytest.mark.usefixtures("database")


def states() -> dict[str, str]:
    with transaction() as tx:
        return {row.id: row.state.value for row in master_keys.every(tx)}


def a_dkim_key() -> None:
    with transaction() as tx:
        hidden = sealed.seal(held(), NAME, b"pem")
        dkim_keys.add(tx, "daily.example", "s1", hidden, now=NOW)


def test_a_link_made_a_year_before_the_rotation_goes_on(settings_env: pytest.MonkeyPatch) -> None:
    link = signing.sign(held(), UNSUBSCRIBE, "7")

    rotated(settings_env)
    tick(NOW + YEAR)

    assert signing.verify(held(), UNSUBSCRIBE, link) == "7"
    assert signing.sign(held(), UNSUBSCRIBE, "7") != link
    with pytest.raises(RefusedError, match=r"honoured until 29 Dec 2027.*`--early`"):
        end(NOW + YEAR)
    put(settings_env, end(NOW + 400 * DAY))
    with pytest.raises(BadTokenError):
        signing.verify(held(), UNSUBSCRIBE, link)


def test_added_everywhere_then_switched_then_removed(settings_env: pytest.MonkeyPatch) -> None:
    old = held().ids[0]
    tick()

    added = go_on()
    new = added.ids[1]
    assert added.ids == (old, new)
    assert states() == {old: "signing", new: "made"}
    put(settings_env, added)
    with pytest.raises(RefusedError, match=f"do not hold the new master key {new} yet"):
        go_on()
    tick()
    assert states() == {old: "signing", new: "held"}
    switched = go_on()
    assert switched.ids == (new, old)
    put(settings_env, switched)
    tick(NOW + DAY)
    assert states() == {old: "honoured", new: "signing"}
    ended = end(NOW + DAY, is_early=True)
    assert ended.ids == (new,)
    put(settings_env, ended)
    tick(NOW + 2 * DAY)

    assert states() == {new: "signing"}
    with transaction() as tx:
        told = [
            (row.action, row.detail["key"], row.detail.get("step"))
            for row in tx.scalars(select(Audit).order_by(Audit.id))
        ]
    assert told == [
        ("key-rotate", new, "add"),
        ("key-rotate", new, "switch"),
        ("key-end", old, None),
    ]


def test_one_supervisor_needs_no_first_step(settings_env: pytest.MonkeyPatch) -> None:
    old = held().ids[0]
    tick()

    put(settings_env, go_on(is_alone=True))

    new = held().ids[0]
    assert held().ids == (new, old)
    with pytest.raises(RefusedError, match="is in place, and no worker holds it yet"):
        go_on(is_alone=True)
    tick()
    assert states() == {new: "signing", old: "honoured"}


def test_a_rotation_broken_off_before_its_key_was_put_in_place_is_begun_anew(
    settings_env: pytest.MonkeyPatch,
) -> None:
    """The row was committed; the process was killed before the line was written."""
    tick()
    lost = go_on().ids[1]

    again = go_on()

    assert lost not in again.ids
    assert states() == {held().ids[0]: "signing", again.ids[1]: "made"}
    put(settings_env, again)
    tick()
    put(settings_env, go_on())
    tick()
    assert held().ids[0] == again.ids[1]


def test_a_shell_that_lacks_what_the_workers_have_goes_no_further(
    settings_env: pytest.MonkeyPatch,
) -> None:
    before = held()
    rotated(settings_env)
    put(settings_env, before)

    for step in (go_on, end):
        with pytest.raises(RefusedError, match="is here not what the workers have"):
            step()


def test_an_old_key_is_not_ended_while_something_is_encrypted_under_it(
    settings_env: pytest.MonkeyPatch,
) -> None:
    a_dkim_key()
    rotated(settings_env)

    with pytest.raises(RefusedError, match="1 key in the database cannot be read without the old"):
        end(is_early=True)

    assert len(held().ids) == 2


def test_an_old_key_is_not_ended_while_a_host_signs_with_it(
    settings_env: pytest.MonkeyPatch,
) -> None:
    before = held()
    rotated(settings_env)
    tick(NOW + 20 * MINUTE, before)

    with pytest.raises(RefusedError, match="still signs with the older master key"):
        end(NOW + 21 * MINUTE, is_early=True)


def test_an_old_key_is_not_ended_before_a_worker_looked_into_the_journal(
    settings_env: pytest.MonkeyPatch,
) -> None:
    rotated(settings_env, with_journal=False)

    with pytest.raises(RefusedError, match="No worker has looked yet whether the journal"):
        end(is_early=True)


def test_one_key_alone_is_not_ended() -> None:
    tick()

    with pytest.raises(RefusedError, match="There is one master key"):
        end(is_early=True)


def test_nobody_of_one_publication_rotates_what_all_hang_on() -> None:
    grant = Grant(Permission.TOKENS, 1)
    desk = Actor("token:desk", frozenset({Permission.TOKENS}), grants=frozenset({grant}))

    with pytest.raises(NotAllowedError):
        master.rotate(held(), is_alone=False, days=None, actor=desk, now=NOW)
    with pytest.raises(NotAllowedError):
        master.end(held(), settings.load(), is_early=True, actor=desk, now=NOW)


def test_a_cms_goes_on_signing_with_the_key_it_has_though_the_old_master_key_ends(
    settings_env: pytest.MonkeyPatch,
) -> None:
    with transaction() as tx:
        daily = rows.publication(tx)
        before = push_keys.secret_of(tx, daily, NOW)

    rotated(settings_env)
    sealing.renew_rows(held())
    put(settings_env, end(is_early=True))

    with transaction() as tx:
        found = publications.by_slug(tx, "daily")
        assert found is not None
        assert push_keys.secret_of(tx, found, NOW) == before
        assert [key for key, _ in push_keys.believed(tx, found, "daily", NOW)] == [before]


def test_no_list_and_no_audit_line_shows_a_key(settings_env: pytest.MonkeyPatch) -> None:
    a_dkim_key()
    rotated(settings_env)

    with transaction() as tx:
        listed = repr(listing.every(tx, settings.load(), actor=TESTER, now=NOW))
        audited = repr([row.detail for row in tx.scalars(select(Audit))])

    for key in [*held(), held().addresses]:
        assert key.hex() not in listed + audited
    assert re.search("master", listed)
    assert MasterKeyState.SIGNING in listed
