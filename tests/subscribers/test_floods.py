"""Sign-ups from everywhere: whose mail leaves at once, whose waits, and who is refused."""

import datetime as dt

import pytest
from sqlalchemy import text

from syndicate.breakers import doors, known, visitors
from syndicate.breakers.rules import Limit
from syndicate.errors import CapReachedError
from syndicate.store.ground.session import transaction
from syndicate.store.platform.caps import CapCounter
from syndicate.store.readers import recipients
from syndicate.store.sending import waiting_singles
from syndicate.subscribers import subscribe
from tests import rows
from tests.subscribers import desk
from tests.subscribers.desk import NOW

pytestmark = pytest.mark.usefixtures("database", "publication_id")
EVERY = doors.SIGN_UP.every


@pytest.fixture
def publication_id(database: str) -> int:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx).publication_id


def spend(limit: Limit, key: object, used: int) -> None:
    window = limit.window(NOW)
    with transaction() as tx:
        rows.added(tx, CapCounter(cap=limit.name, key=str(key), window_from=window, used=used))


def ask(number: int, ip: str, domain: str = "example.com") -> dt.timedelta | None:
    """Sign somebody up; how long their mail waits."""
    with transaction() as tx:  # as the form's page counts it
        network = visitors.visitor(ip).network
        known.SIGN_UP_NETWORK.take(tx, network, NOW)
    subscribe.ask(
        f"reader{number:03}@{domain}",
        "morning",
        language="en",
        ip=ip,
        user_agent=None,
        wording="Send it to me.",
        base_url="https://daily.example",
        now=NOW,
    )
    with transaction() as tx:
        newest = "SELECT not_before FROM batch ORDER BY mailing_id DESC LIMIT 1"
        at: dt.datetime | None = tx.scalar(text(newest))
    return None if at is None else at - NOW


def test_a_flood_of_sign_ups_becomes_a_trickle_and_who_asks_once_is_let_through(
    publication_id: int,
) -> None:
    spend(known.SIGN_UPS, publication_id, known.SIGN_UPS.most)

    of_one_network = [ask(number, f"198.51.100.{number}") for number in range(1, 6)]

    assert of_one_network == [None, None, EVERY, 2 * EVERY, 3 * EVERY]
    assert ask(7, "203.0.113.7") is None


def test_ten_times_as_many_make_everybody_wait_one_after_the_other(publication_id: int) -> None:
    spend(known.SIGN_UPS, publication_id, 10 * known.SIGN_UPS.most)

    waits = [ask(number, f"203.0.{number}.7") for number in range(1, 4)]

    assert waits == [EVERY, 2 * EVERY, 3 * EVERY]


def test_a_flood_at_one_mail_server_lets_those_of_others_through() -> None:
    domain = recipients.hash_of("campus.example").hex()[:32]
    spend(known.SIGN_UPS_DOMAIN, domain, known.SIGN_UPS_DOMAIN.most)
    for number in (1, 2):
        ask(number, "198.51.100.7")

    assert ask(3, "198.51.100.7", "campus.example") == EVERY
    assert ask(4, "198.51.100.7", "gmail.com") is None
    assert ask(5, "203.0.113.7", "campus.example") is None


def test_three_days_of_sign_ups_that_wait_bar_networks_that_asked_much_and_nobody_else(
    publication_id: int,
) -> None:
    spend(known.SIGN_UPS, publication_id, 10 * known.SIGN_UPS.most)
    ask(1, "198.51.100.7")
    with transaction() as tx:
        late = NOW + doors.SIGN_UP.longest + EVERY
        tx.execute(text("UPDATE batch SET not_before = :late"), {"late": late})
    much, little = (visitors.visitor(ip).network for ip in ("198.51.100.7", "203.0.113.7"))
    spend(known.SIGN_UP_NETWORK, little, 1)
    with transaction() as tx:
        for _ in range(2):
            known.SIGN_UP_NETWORK.take(tx, much, NOW)

        with pytest.raises(CapReachedError, match="Please try again later"):
            doors.SIGN_UP.refuse_full(tx, publication_id, much, NOW)
        doors.SIGN_UP.refuse_full(tx, publication_id, little, NOW)


def test_what_waits_is_counted_and_let_go_for_its_publication_and_door(
    publication_id: int,
) -> None:
    spend(known.SIGN_UPS, publication_id, 10 * known.SIGN_UPS.most)
    for number in range(1, 4):
        ask(number, f"203.0.{number}.7")
    scope = doors.SIGN_UP.scope

    with transaction() as tx:
        assert waiting_singles.counts(tx, now=NOW) == {
            (publication_id, scope): (3, NOW + 3 * EVERY)
        }
        assert waiting_singles.let_go(tx, publication_id, "article", now=NOW) == 0
        assert waiting_singles.let_go(tx, publication_id, scope, now=NOW + EVERY) == 2
        assert waiting_singles.counts(tx, now=NOW + EVERY) == {}
        assert waiting_singles.last(tx, publication_id, scope, now=NOW) == NOW + EVERY
