"""What is new now, shown before the first issue: dated now, whenever the next one comes."""

import pytest

from syndicate.newsletters import first_look
from syndicate.phrases import day
from syndicate.store.ground.session import transaction
from tests.acting import TESTER
from tests.newsletters.paper import HOUR, NOW, article
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")


def test_what_is_sent_now_is_dated_now_though_the_next_slot_is_tomorrows() -> None:
    with transaction() as tx:
        made = desk.morning(tx)
        article(tx, 1, "world-one", NOW - HOUR / 60)

    look = first_look.look(made.id, actor=TESTER, now=NOW)

    assert look.has_stories
    assert day(NOW, made.zone) in look.subject
