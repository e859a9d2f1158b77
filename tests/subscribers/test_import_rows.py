"""A file's rows of who left: what becomes of those who read us here, as every face tells it."""

import csv

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.subscribers import csvfile, readers, transfer
from tests.acting import TESTER
from tests.subscribers import desk
from tests.subscribers.desk import NOW
from tests.subscribers.test_transfer import bring, counts


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def test_who_left_elsewhere_after_our_proof_no_longer_gets_the_newsletter(
    morning: Newsletter,
) -> None:
    agreed = "2024-05-01T09:30:00Z"
    bring(*(f"reader00{number}@example.com,,,,{agreed}" for number in range(1, 4)))

    text = "Email Address,UNSUB_TIME\nreader001@example.com,2024-06-01 08:00:00\n"
    text += "reader002@example.com,2024-04-01 08:00:00\nreader003@example.com,\n"
    done = transfer.import_csv(csvfile.lines_of(text), "morning", wording="Y", origin="x", now=NOW)

    assert (done.known, done.left, done.ended) == (1, 2, 1)
    assert dict(done.refused)[2].endswith("; it no longer gets the newsletter here")
    assert dict(done.refused)[3].endswith("; it still gets the newsletter here")
    assert counts(morning) == {"pending": 0, "active": 2, "ended": 1}


def test_summary_counts_export_and_timeline_agree_on_whom_a_file_ends(morning: Newsletter) -> None:
    """Whoever complained there after our proof is no reader behind a suppression here."""
    bring(*(f"reader00{number}@example.com,,,,2024-05-01T09:30:00Z" for number in range(1, 4)))

    text = "email,status,unsubscribed_at\nreader001@example.com,complained,2024-06-01\n"
    text += "reader002@example.com,bounced,\nreader002@example.com,unsubscribed,2024-06-01\n"
    done = transfer.import_csv(csvfile.lines_of(text), "morning", wording="Y", origin="x", now=NOW)

    assert (done.left, done.ended) == (3, 2)
    assert counts(morning) == {"pending": 0, "active": 1, "ended": 2}
    rows = list(csv.DictReader(transfer.export_csv("morning")))
    assert [(row["state"], row["suppressed"], row["ended_at"]) for row in rows] == [
        ("suppressed", "complaint", NOW.isoformat()),
        ("suppressed", "bounce", NOW.isoformat()),
        ("active", "", ""),
    ]
    with transaction() as tx:
        told = readers.look(tx, "reader001@example.com", actor=TESTER, now=NOW).timeline
    assert "Morning: an imported file ended it" in [each.words for each in told]
