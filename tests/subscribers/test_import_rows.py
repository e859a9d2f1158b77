"""A file's rows of who left: what becomes of those who read us here, as every face tells it."""

import csv

import pytest

from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Newsletter
from syndicate.store.readers import recipients, subscribers
from syndicate.subscribers import csvfile, readers, transfer
from syndicate.subscribers.transfer import Imported
from syndicate.vocabulary.sending import SuppressionReason
from tests.acting import TESTER
from tests.subscribers import desk
from tests.subscribers.desk import NOW
from tests.subscribers.test_imports import active
from tests.subscribers.test_transfer import bring, counts, foreseen


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    with transaction() as tx:
        return desk.morning(tx)


def take(text: str) -> Imported:
    lines = csvfile.lines_of(text)
    return transfer.import_csv(lines, "morning", wording="Yes.", origin="list.csv", now=NOW)


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


@pytest.mark.usefixtures("morning")
def test_who_left_elsewhere_without_a_date_goes_on_only_where_they_confirmed_here() -> None:
    readers = "email\nreader001@example.com\nreader002@example.com\n"
    left = "email,state\nreader001@example.com,unsubscribed\nreader002@example.com,unsubscribed\n"
    take(readers)
    with transaction() as tx:
        proof = subscribers.Proof("confirmation", "Morning")
        subscribers.add_consent(tx, 1, proof, at=NOW)

    said = foreseen(left)
    done = take(left)
    again = take(readers)

    why = "is unsubscribed where the file comes from; it "
    told = (
        (2, f"{why}still gets the newsletter here"),
        (3, f"{why}no longer gets the newsletter here"),
    )
    assert done == Imported(0, 0, told, left=2, ended=1)
    assert (said.left, said.ended) == (2, 1)
    assert again == Imported(0, 1, ((3, "has unsubscribed"),), left=1)
    assert active() == ["reader001"]


@pytest.mark.usefixtures("morning")
def test_our_own_export_ends_nobody_who_is_here_as_it_says() -> None:
    take("".join(["email\n", *(f"reader00{number}@example.com\n" for number in range(1, 5))]))
    with transaction() as tx:
        for reader, scope in ((1, "*"), (2, "newsletter:1")):
            key = recipients.hash_of(f"reader00{reader}@example.com")
            recipients.suppress(tx, key, scope=scope, reason=SuppressionReason.BOUNCE, now=NOW)
        left = subscribers.lock_subscription(tx, 3)
        assert left is not None
        subscribers.end(tx, left, now=NOW)
    before = active()
    exported = "".join(transfer.export_csv("morning"))

    done = take(exported)

    assert (done.known, done.ended, done.left) == (1, 0, 3)
    assert not any("still gets" in why for _, why in done.refused)
    assert active() == before
    assert "".join(transfer.export_csv("morning")) == exported
