"""Reported cases by their own files: what was wrong once is right."""

import pytest

from syndicate import settings
from syndicate.bounces.keeping import record
from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.verdict import Kind
from syndicate.mail.mime.message import Writer
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.sending.batch_leases import DueDelivery
from syndicate.store.sending.mailings import Mailing
from tests.corpus import material
from tests.newsletters.paper import NOW, reader
from tests.subscribers import desk


def test_an_answer_of_a_readers_program_is_no_bounce() -> None:
    files = sorted(material.case("05-vacation-replies").glob("*.eml"))

    assert files
    for file in files:
        found = [(each.kind, each.feedback) for each in classify(file.read_bytes())]
        is_opt_out = file.name == "apple-optout.eml"
        allowed = {(Kind.COMPLAINED, "opt-out")} if is_opt_out else {(Kind.AUTO_REPLIED, "")}
        assert set(found) <= allowed, file.name


@pytest.mark.usefixtures("database")
def test_an_answer_to_a_mail_of_ours_costs_nobody_the_paper() -> None:
    files = sorted(material.case("05-vacation-replies").glob("real-*.eml"))
    with transaction() as tx:
        desk.morning(tx)
        reader(tx, 1)
    due = DueDelivery(0, 1, "", 1, 1, "en", 0, None)

    assert files
    for number, file in enumerate(files, 1):
        mailing = Mailing(id=number, message="digest")
        writer = Writer(mailing, settings.load().key(), "https://daily.example")
        sealed = writer.bounce_address(due, "harbour-post.example")
        raw = file.read_bytes().replace(b"b+x@harbour-post.example", sealed.encode())
        kept = record.ingest(raw, NOW)
        assert [(each.is_ours, each.suppressed) for each in kept] == [(True, False)], file.name
    with transaction() as tx:
        one = recipients.find(tx, 1)
        assert one is not None
        assert not recipients.is_suppressed(tx, one.address_hash, "newsletter:1")
