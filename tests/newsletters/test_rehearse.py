"""A rehearsal says what a send then does, and leaves no trace."""

import datetime as dt
import email
import email.policy
from collections import Counter

import lxml.html
import pytest
from sqlalchemy import func, select, update

from syndicate.articles import receive_push
from syndicate.errors import NotFoundError
from syndicate.newsletters import rehearse, run, steering
from syndicate.store.composition import issues
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.newsroom.publications import Publication
from syndicate.store.readers import recipients
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.vocabulary.newsletters import EmptyRule
from syndicate.vocabulary.sending import DeliveryReason, SuppressionReason
from tests.acting import TESTER
from tests.newsletters.paper import HOUR, NOW, SLOT, article, reader
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def morning() -> Newsletter:
    with transaction() as tx:
        made = desk.morning(tx)
        article(tx, 1, "world-one", SLOT - HOUR)
        article(tx, 2, "sport-one", SLOT - 2 * HOUR)
        article(tx, 2, "sport-ar", SLOT - 3 * HOUR, language="ar", direction="rtl")
        reader(tx, 1)
        reader(tx, 2, sections=("sport",))
        reader(tx, 3, sections=("world",), languages=("ar",))
        reader(tx, 4)
        recipients.suppress(
            tx,
            recipients.hash_of("reader004@example.com"),
            scope="*",
            reason=SuppressionReason.BOUNCE,
            now=NOW,
        )
        return made


def parsed(message: bytes) -> tuple[str, str, str]:
    """Subject, text and HTML of a message."""
    mail = email.message_from_bytes(message, policy=email.policy.default)
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (str(part.get_content()) if part else "" for part in parts)
    return str(mail["subject"]), text, html


def audience_by(tx: Transaction, mailing_id: int) -> dict[tuple[str, str, str], int]:
    """How a mailing's deliveries divide, by language, receiver group and reason."""
    query = (
        select(Delivery.language, Recipient.receiver_group, Delivery.reason)
        .join(Recipient, Recipient.id == Delivery.recipient_id)
        .where(Delivery.mailing_id == mailing_id)
    )
    return dict(Counter((row[0], row[1], row[2] or "") for row in tx.execute(query)))


def test_a_dry_run_says_what_the_send_then_does(morning: Newsletter) -> None:
    found = rehearse.dry_run(morning.id, NOW)

    issue_id = steering.send_now(morning.id, actor=TESTER, now=NOW)
    run.compose_issue(issue_id, NOW)
    with transaction() as tx:
        issue = issues.find(tx, issue_id)
        mailing = ledger.of_issue(tx, issue_id)
        assert issue is not None
        assert mailing is not None
        counts = ledger.counts(tx, mailing.id)
        audience = audience_by(tx, mailing.id)
    assert issue.content_hash is not None
    assert found.content_hash == issue.content_hash.hex()
    assert (found.counts, found.audience) == (counts, audience)
    assert counts.as_dict() == {
        "audience": 4,
        "accepted": 0,
        "deferred": 0,
        "failed": 0,
        "suppressed": 1,
        "skipped": 1,
        "ambiguous": 0,
        "remaining": 2,
    }
    assert audience == {
        ("en", "other", ""): 2,
        ("en", "other", "nothing chosen"): 1,
        ("en", "other", "suppressed"): 1,
    }


def test_a_dry_run_leaves_no_trace(morning: Newsletter) -> None:
    rehearse.dry_run(morning.id, NOW)
    rehearse.preview(morning.id, NOW, address="reader001@example.com")

    with transaction() as tx:
        rows = [
            tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Issue, Mailing, Delivery)
        ]
    assert rows == [0, 0, 0]


def test_a_preview_is_the_readers_own_copy(morning: Newsletter) -> None:
    message = rehearse.preview(morning.id, NOW, address="reader002@example.com")

    subject, text, html = parsed(message)
    assert subject == "Morning · Tuesday, 24 November 2026"
    for part in (text, html):
        assert "Headline sport-one" in part
        assert "Headline sport-ar" in part
        assert "Headline world-one" not in part
    assert "/unsubscribe/" in text


def test_a_preview_of_nobody_shows_every_story_in_the_frame_that_was_asked_for(
    morning: Newsletter,
) -> None:
    subject, text, html = parsed(rehearse.preview(morning.id, NOW, language="ar"))

    assert subject.startswith("الصباح")
    assert 'dir="rtl"' in html
    positions = [text.index(f"Headline {name}") for name in ("sport-ar", "world-one", "sport-one")]
    assert positions == sorted(positions)


def test_stories_in_letters_of_others_are_in_a_digest_and_run_their_own_way(
    morning: Newsletter,
) -> None:
    told = {"he": "העבורת נשארת בנמל", "ar": 'افتتاح معرض "ميناء 2026" في الدوحة (صور)!'}
    with transaction() as tx:
        daily = tx.session.get_one(Publication, 1)
        entries = [
            receive_push.entry_of(
                {"id": name, "headline": each, "section": "world", "published_at": SLOT - HOUR}
            )
            for name, each in told.items()
        ]
        receive_push.receive(tx, daily, entries, actor=TESTER, now=SLOT - HOUR)
        reader(tx, 5, languages=("en",))

    _, _, html = parsed(rehearse.preview(morning.id, NOW))
    _, text, _ = parsed(rehearse.preview(morning.id, NOW, address="reader005@example.com"))

    page = lxml.html.document_fromstring(html)
    said = {
        name: page.xpath("//a[text()=$headline]/ancestor::*[@lang][1]", headline=each)[0].attrib
        for name, each in told.items()
    }
    # The newsletter speaks Arabic, and nobody can tell Hebrew from Yiddish by letters alone.
    assert (said["ar"]["lang"], said["ar"]["dir"]) == ("ar", "rtl")
    assert (said["he"]["lang"], said["he"]["dir"]) == ("und-Hebr", "rtl")
    headings = page.xpath("//h2[normalize-space()='World']/ancestor::*[@lang][1]/@lang")
    assert "und-Hebr" not in headings
    assert told["he"] in text
    assert told["ar"] not in text


def test_a_preview_of_a_stranger_is_not_found(morning: Newsletter) -> None:
    with pytest.raises(NotFoundError, match="No active subscriber"):
        rehearse.preview(morning.id, NOW, address="reader009@example.com")


def test_the_next_slot_is_rehearsed_with_the_news_so_far(morning: Newsletter) -> None:
    with transaction() as tx:
        article(tx, 1, "world-two", SLOT + HOUR)

    found = rehearse.dry_run(morning.id, SLOT + 2 * HOUR, is_next=True)

    assert found.slot.due_at == SLOT + dt.timedelta(days=1)
    assert [story.slug for _, story in found.chosen] == ["world-two"]


def test_an_issue_without_stories_has_no_mail_unless_readers_are_told(morning: Newsletter) -> None:
    later = NOW + dt.timedelta(days=4)
    found = rehearse.dry_run(morning.id, later)
    assert found.counts.remaining == 0
    assert DeliveryReason.NOTHING_CHOSEN not in found.barred
    assert {found.worded(reason) for _, _, reason in found.audience} == {
        "nothing is new",
        "suppressed",
    }
    with pytest.raises(NotFoundError, match="nothing new"):
        rehearse.preview(morning.id, later)

    with transaction() as tx:
        tx.execute(update(Newsletter).values(empty_rule=EmptyRule.NOTICE))

    assert rehearse.dry_run(morning.id, later).counts.remaining == 3
    _, text, _ = parsed(rehearse.preview(morning.id, later))
    assert "Nothing new" in text
