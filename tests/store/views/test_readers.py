"""One reader among many is found by indexes alone, and every copy by the ledger's own key."""

import re

import pytest
from sqlalchemy import text

from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.subscribers import readers
from tests import rows
from tests.acting import TESTER
from tests.rows import NOW
from tests.store import plans

pytestmark = pytest.mark.usefixtures("database")
# So many that reading all of them costs more than any index; of a million it is the same plan.
MANY = 20_000
MAILINGS = 40
ADDRESS = "reader001@example.com"
HASH = "sha256(n::text::bytea)"
TABLES = {
    "subscriber (address, address_hash, language)": f"'a', {HASH}, 'en'",
    "recipient (address, address_hash, receiver_group)": f"'a', {HASH}, 'other'",
    "subscription (subscriber_id, newsletter_id, state, language)": "n, 1, 'active', 'en'",
    "consent (subscription_id, at, method, wording)": "n, now(), 'import', 'w'",
    "subscription_change (subscription_id, at, kind)": "n, now(), 'left'",
    "suppression (address_hash, scope, reason, at)": f"{HASH}, '*', 'bounce', now()",
    "audit (at, actor, action, subject)": "now(), 'a', 'resend', 'subscriber:' || n",
    "delivery (mailing_id, batch_number, ordinal, recipient_id, choice, language)": (
        f"1 + n % {MAILINGS}, n / 500, n % 500, n, 1, 'en'"
    ),
    "delivery_event (at, mailing_id, recipient_id, kind)": (
        f"now(), 1 + n % {MAILINGS}, n, 'delivered'"
    ),
}


def test_a_look_at_one_reader_reads_nobody_else() -> None:
    with transaction() as tx:
        newsletter = rows.newsletter(tx, rows.publication(tx).id)
        for number in range(1, MAILINGS + 1):
            rows.mailing(tx, rows.issue(tx, newsletter.id, number, created_at=NOW))
        for table, values in TABLES.items():
            said = f"INSERT INTO {table} SELECT {values} FROM generate_series(1, {MANY}) n"  # noqa: S608 - our own words
            tx.execute(text(said))
        who = rows.subscriber(tx, 1)
        recipients.upsert(tx, ADDRESS, subscriber_id=who.id)
        rows.subscription(tx, who.id, newsletter.id)
        for table in TABLES:
            tx.execute(text(f"ANALYZE {table.partition(' ')[0]}"))

    with transaction() as tx:
        with plans.asked() as statements:
            readers.look(tx, ADDRESS, actor=TESTER, now=NOW)
        plan = "\n".join(plans.plan(tx, *each) for each in statements)

    read = set(re.findall(r"Seq Scan on (\w+)", plan))
    # The next partition of the ledger is made before it is needed, and empty.
    large = {table.partition(" ")[0] for table in TABLES} | {"delivery_p00000"}
    assert read & large == set(), plan
    assert "delivery" in plan
    assert len(statements) < 15
