"""An alarm that cannot look: it costs itself alone, and says so."""

import datetime as dt
import re

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from syndicate.alarms import ringing
from syndicate.alarms.need import Alarm, Need
from syndicate.alarms.ringing import ALARMS
from syndicate.store.ground.session import Transaction, transaction
from syndicate.vocabulary.articles import ArticleState
from syndicate.vocabulary.bells import Owner
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")


def spoil_a_held_article(tx: Transaction) -> None:
    """What no code of ours wrote: a kind that does not exist."""
    rows.article(tx, rows.publication(tx).id, state=ArticleState.EMBARGOED)
    tx.execute(text("ALTER TABLE article DROP CONSTRAINT ck_article_articlekind"))
    tx.execute(text("UPDATE article SET kind = 'hologram'"))
    tx.session.expire_all()


def test_a_row_that_cannot_be_read_costs_its_own_alarm_alone() -> None:
    with transaction() as tx:
        spoil_a_held_article(tx)
        rows.incident(tx)

        with structlog.testing.capture_logs() as logged:
            found = ringing.by_name(tx, NOW)

    said = (
        "The alarm unread_embargoes cannot be read, because one of its rows is unusable: "
        "`syndicate doctor --only rows` can name it, and the log (alarm_not_read) says more."
    )
    assert found.pop("unread_embargoes") == [Need(said, "/console/held")]
    assert [name for name, needs in found.items() if needs] == ["incidents"]
    assert [(each["event"], each["alarm"]) for each in logged] == [
        ("alarm_not_read", "unread_embargoes")
    ]


def look(statement: str) -> Alarm:
    """An alarm that asks the database for something."""

    def ask(tx: Transaction, _now: dt.datetime) -> list[Need]:
        tx.execute(text(statement))
        return []

    return Alarm(
        name="made_up",
        help="a test says so",
        path="/console/sources",
        look=ask,
        owner=Owner.DESK,
        runbook="runbooks/notices",
        test="tests/alarms/test_unread.py",
    )


def test_what_the_database_refuses_leaves_the_transaction_to_the_others() -> None:
    with transaction() as tx:
        rows.incident(tx)

        with structlog.testing.capture_logs():
            (broken,) = ringing.look_into(look("SELECT 1 / 0"), tx, NOW)
        others = ringing.needs(tx, NOW)

    assert broken.text.startswith("The alarm made_up cannot be read, ")
    assert broken.path == "/console/sources"
    assert len(others) == 1


def test_a_database_that_is_away_is_no_finding() -> None:
    with pytest.raises(OperationalError), transaction() as tx:
        ringing.look_into(look("SELECT pg_terminate_backend(pg_backend_pid())"), tx, NOW)


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_an_alarm_is_called_what_a_monitoring_system_can_keep(alarm: Alarm) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", alarm.name)
    assert alarm.help == " ".join(alarm.help.split())
    assert alarm.path.startswith("/console/")
    assert [each.name for each in ALARMS].count(alarm.name) == 1
