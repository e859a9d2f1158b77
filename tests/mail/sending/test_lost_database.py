"""The database goes away while a batch is in hand."""

from collections.abc import Sequence

import psycopg
import pytest
from psycopg import conninfo, sql

from syndicate import clock
from syndicate.mail.mime.contents import Contents
from syndicate.mail.recovery import recover
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, send


def test_a_batch_whose_next_chunk_cannot_begin_waits_for_no_lease(
    relay: FaultRelay, postgres_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing_id = begin(Plan(audience=30))
    name = str(conninfo.conninfo_to_dict(database)["dbname"])
    needed = Contents.needed

    def database_goes_away(self: Contents, mailing: Mailing, dues: Sequence[DueDelivery]) -> object:
        found = needed(self, mailing, dues)
        if relay.accepted:
            allow_connections(postgres_url, name, allowed=False)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(Contents, "needed", database_goes_away)
        send()
    allow_connections(postgres_url, name, allowed=True)
    assert counts(mailing_id) == {"audience": 30, "accepted": 10, "remaining": 20}

    send()
    recover.recover(clock.now())
    send()

    assert counts(mailing_id) == {"audience": 30, "accepted": 30}
    assert len(set(relay.recipients())) == len(relay.recipients()) == 30


def allow_connections(admin_url: str, name: str, *, allowed: bool) -> None:
    """Let a database be there, or be away for everybody."""
    may = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(may.format(sql.Identifier(name), sql.Literal(allowed)))
        if not allowed:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
