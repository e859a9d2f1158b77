"""One reader's copy, sent again on an operator's word: the same mail, one line in the ledger."""

import email
import hashlib

import pytest

from syndicate import clock
from syndicate.errors import RefusedError
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.subscribers import care
from syndicate.vocabulary.sending import MailingState, SuppressionReason
from tests.acting import TESTER
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, send, state

pytestmark = pytest.mark.usefixtures("database")
WHO, READER = 3, "reader000003@example.com"


def resend(who: int = WHO, issue_id: int = 1) -> None:
    with transaction() as tx:
        care.resend(tx, who, issue_id, actor=TESTER, now=clock.now())


def test_a_copy_that_was_accepted_goes_again_byte_for_byte(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=12))
    send()

    resend()

    assert counts(mailing_id) == {"audience": 12, "accepted": 11, "remaining": 1}
    assert send() == 1
    copies = [taken.content for taken in relay.accepted if taken.rcpt == READER]
    assert len(relay.accepted) == 13
    assert copies == [copies[0]] * 2
    assert counts(mailing_id) == {"audience": 12, "accepted": 12}
    assert state(mailing_id) is MailingState.DONE


def test_a_copy_that_is_shown_is_the_mail_and_its_links_are_nobodys(relay: FaultRelay) -> None:
    begin(Plan(audience=12))
    send()

    shown = email.message_from_bytes(care.copy(WHO, 1, actor=TESTER, now=clock.now()))

    sent = next(taken.content for taken in relay.accepted if taken.rcpt == READER)
    own = email.message_from_bytes(sent)
    assert shown["Subject"] == own["Subject"]
    texts = [
        [part.get_payload(decode=True).decode() for part in each.walk() if not part.is_multipart()]  # type: ignore[union-attr]
        for each in (shown, own)
    ]
    for mine, theirs in zip(*texts, strict=True):
        assert "/unsubscribe/" in mine
        assert theirs.count("Story") == mine.count("Story") > 0
    live = [word for word in texts[1][0].split() if "/unsubscribe/" in word]
    assert live
    assert not any(link in "".join(texts[0]) for link in live)


def test_a_suppressed_address_gets_nothing_again(relay: FaultRelay) -> None:
    mailing_id = begin(Plan(audience=3))
    send()
    with transaction() as tx:
        hashed, why = hashlib.sha256(READER.encode()).digest(), SuppressionReason.BOUNCE
        recipients.suppress(tx, hashed, scope="*", reason=why, now=clock.now())

    with pytest.raises(RefusedError, match=r"is suppressed: mail to this address came back. Lift"):
        resend()

    assert send() == 0
    assert counts(mailing_id) == {"audience": 3, "accepted": 3}
    assert len(relay.accepted) == 3


@pytest.mark.usefixtures("relay")
def test_what_has_not_been_sent_is_not_sent_again() -> None:
    begin(Plan(audience=3))

    with pytest.raises(RefusedError, match="the copy is remaining"):
        resend()
