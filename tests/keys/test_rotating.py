"""Keys of programs, of a CMS, of domains and hubs: both work until the older one's end."""

import datetime as dt

import pytest
from sqlalchemy import select

from syndicate.articles import push_keys
from syndicate.errors import NotAllowedError, NotFoundError, RefusedError, UsageError
from syndicate.keys import rotating
from syndicate.newsroom import tokens as acting
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform import tokens
from syndicate.store.platform.audit import Audit
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.sending.dkim_keys import DkimKey
from syndicate.vocabulary.sources import HubState
from tests import rows
from tests.acting import TESTER
from tests.rows import DAY, NOW

HOUR = dt.timedelta(hours=1)
WEEK = 7 * DAY

pytestmark = pytest.mark.usefixtures("database")


def rotate(name: str, days: int | None = None, now: dt.datetime = NOW) -> rotating.Rotated:
    return rotating.rotate(name, days=days, actor=TESTER, now=now)


def publication(slug: str = "daily") -> int:
    with transaction() as tx:
        return rows.publication(tx, slug).id


def token(publication_slug: str | None = None) -> tuple[int, str]:
    with transaction() as tx:
        made, secret = acting.add(
            tx,
            "cms",
            {Permission.READ},
            days=30,
            publication=publication_slug,
            actor=TESTER,
            now=NOW,
        )
        return made.id, secret


def opens(secret: str, at: dt.datetime) -> bool:
    with transaction() as tx:
        return tokens.actor_of_token(tx, secret, now=at) is not None


def believed(at: dt.datetime) -> list[str]:
    with transaction() as tx:
        found = publications.by_slug(tx, "daily")
        assert found is not None
        return [key.hex() for key, _ in push_keys.believed(tx, found, "daily", at)]


def audited() -> list[tuple[str, str]]:
    with transaction() as tx:
        acts = ("key-rotate", "key-end")
        found = tx.scalars(select(Audit).where(Audit.action.in_(acts)).order_by(Audit.id))
        return [(row.action, row.subject) for row in found]


def test_a_token_has_two_secrets_for_a_week() -> None:
    token_id, old = token()

    made = rotate(f"token:{token_id}")

    assert made.until == NOW + WEEK
    assert [opens(each, NOW + WEEK - HOUR) for each in (old, made.secret)] == [True, True]
    assert [opens(each, NOW + WEEK) for each in (old, made.secret)] == [False, True]
    assert [opens(each, NOW + 31 * DAY) for each in (old, made.secret)] == [False, False]
    assert audited() == [("key-rotate", f"token:{token_id}")]


def test_a_token_that_leaked_is_rotated_without_a_day_for_the_old_secret() -> None:
    token_id, old = token()

    made = rotate("token:cms", days=0)

    assert made.name == f"token:{token_id}"
    assert [opens(each, NOW) for each in (old, made.secret)] == [False, True]


def test_the_secret_of_before_is_ended_at_once_and_its_sessions_with_it() -> None:
    token_id, old = token()
    made = rotate(f"token:{token_id}")

    done = [rotating.end(f"token:{token_id}", actor=TESTER, now=NOW) for _ in range(2)]

    assert done == [True, False]
    assert [opens(each, NOW) for each in (old, made.secret)] == [False, True]
    assert audited()[1:] == [("key-end", f"token:{token_id}")]


def test_a_third_secret_ends_the_first() -> None:
    token_id, first = token()
    second = rotate(f"token:{token_id}").secret

    third = rotate(f"token:{token_id}").secret

    assert [opens(each, NOW) for each in (first, second, third)] == [False, True, True]


def test_an_expired_token_is_not_rotated() -> None:
    token_id, _ = token()

    with pytest.raises(RefusedError, match="Token cms has expired"):
        rotate(f"token:{token_id}", now=NOW + 31 * DAY)


def test_a_cms_signs_with_either_key_for_a_week() -> None:
    publication()
    [derived] = believed(NOW)

    made = rotate("push:daily")

    assert believed(NOW + WEEK - HOUR) == [made.secret, derived]
    assert believed(NOW + WEEK) == [made.secret]
    with transaction() as tx:
        found = publications.by_slug(tx, "daily")
        assert found is not None
        assert push_keys.secret_of(tx, found, NOW).hex() == made.secret


def test_a_key_of_a_cms_that_leaked_is_ended_at_once() -> None:
    publication()
    first = rotate("push:daily", days=0).secret
    assert believed(NOW) == [first]
    second = rotate("push:daily").secret

    done = [rotating.end("push:daily", actor=TESTER, now=NOW) for _ in range(2)]

    assert done == [True, False]
    assert believed(NOW) == [second]
    assert audited()[-1] == ("key-end", "publication:1")


def test_a_second_rotation_within_the_week_prolongs_no_older_key() -> None:
    publication()
    first = believed(NOW)[0]
    second = rotate("push:daily").secret

    third = rotate("push:daily", now=NOW + DAY).secret

    assert believed(NOW + WEEK - HOUR) == [third, second, first]
    assert believed(NOW + WEEK) == [third, second]
    assert believed(NOW + WEEK + DAY) == [third]


def test_a_domain_gets_a_key_that_waits_for_dns() -> None:
    publication()

    made = rotate("dkim:example.com")

    assert (made.secret, made.until) == ("", None)
    with transaction() as tx:
        [row] = tx.scalars(select(DkimKey))
        assert (row.domain, row.seen_at) == ("example.com", None)


def test_a_hub_of_others_is_asked_anew_and_the_secret_of_before_is_believed_until_then() -> None:
    owner = publication()
    with transaction() as tx:
        source = rows.source(tx, owner).id
        made = rows.hub_subscription(tx, source, state=HubState.VERIFIED, renew_at=NOW + WEEK)
        subscription = made.id

    rotate(f"hub:{source}")

    with transaction() as tx:
        found = tx.get(type(made), subscription)
        assert found is not None
        assert (found.renew_at, found.state) == (NOW, HubState.VERIFIED)


def test_a_source_without_a_hub_has_no_secret_there() -> None:
    owner = publication()
    with transaction() as tx:
        source = rows.source(tx, owner).id

    with pytest.raises(UsageError, match="has no hub that has confirmed us"):
        rotate(f"hub:{source}")


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("master", RefusedError, "in the shell of who runs the machines"),
        ("addresses", RefusedError, "one key for ever"),
        ("setting:relay_url", RefusedError, "is a setting"),
        ("push", NotFoundError, "There is no key push;"),
        ("push:", NotFoundError, "There is no key push:;"),
        ("lock:7", NotFoundError, "There is no key lock:7;"),
        ("push:nowhere", NotFoundError, "There is no publication nowhere"),
        ("dkim:nowhere.example", NotFoundError, "No mail comes from nowhere.example"),
        ("token:77", NotFoundError, "There is no token 77"),
        ("hub:77", NotFoundError, "There is no source 77"),
        ("x" * 301, UsageError, "The name"),
    ],
)
def test_what_is_not_rotated_here_is_one_sentence(
    name: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        rotate(name)


@pytest.mark.parametrize("name", ["master", "dkim:example.com", "hub:1"])
def test_what_ends_elsewhere_is_not_ended_here(name: str) -> None:
    with pytest.raises(RefusedError):
        rotating.end(name, actor=TESTER, now=NOW)


def test_whoever_has_one_publication_rotates_nothing_of_another() -> None:
    owner, other = publication(), publication("weekly")
    theirs, _ = token("weekly")
    of_all, _ = token()
    with transaction() as tx:
        source = rows.source(tx, other).id
    grants = frozenset(Grant(each, owner) for each in Permission)
    desk = Actor("token:desk", frozenset(Permission), grants=grants)

    for name in ("push:weekly", f"token:{theirs}", f"token:{of_all}", f"hub:{source}"):
        with pytest.raises(NotAllowedError):
            rotating.rotate(name, actor=desk, now=NOW)
    for name in ("push:weekly", f"token:{theirs}"):
        with pytest.raises(NotAllowedError):
            rotating.end(name, actor=desk, now=NOW)
    assert audited() == []
