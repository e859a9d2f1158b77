"""A story corrected while its issue is being sent: the old text before, the new one after."""

import email

import pytest
from sqlalchemy import select, text, update

from syndicate import clock
from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.mail import steering
from syndicate.newsletters import renew, run
from syndicate.newsletters import steering as newsletters_steering
from syndicate.newsletters.compose import recompose
from syndicate.store.composition import renewals
from syndicate.store.editing import changes
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Delivery, Mailing
from syndicate.store.views import progress
from syndicate.vocabulary.sending import AmbiguousPolicy, MailingState
from tests.acting import TESTER
from tests.mail.fault_relay import Event, FaultRelay, HangUp, Taken
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices
from tests.newsletters.sending import (
    CHUNK,
    compose,
    counts,
    found,
    let_waiting_be_over,
    readers,
    send,
)

WORLD, SPORT = 1, 2  # ids of the two stories
OLD, NEW = "Headline world-one", "Four bridges, not five"


def correct(article_id: int = WORLD, headline: str = NEW, standfirst: str | None = None) -> None:
    wording = Wording(headline=headline, standfirst=standfirst)
    with transaction() as tx:
        note = "There are four."
        editing.correct(tx, article_id, wording, note=note, actor=TESTER, now=clock.now())


def kill(article_id: int) -> None:
    with transaction() as tx:
        changes.kill(tx, found(tx, article_id), note=None, now=clock.now())


def words(taken: Taken) -> str:
    """Both parts of a mail as a reader sees them."""
    parts = [
        part.get_payload(decode=True)
        for part in email.message_from_bytes(taken.content).walk()
        if part.get_content_maintype() == "text"
    ]
    assert len(parts) == 2
    return "\n".join(str(part, "utf-8") for part in parts)  # type: ignore[arg-type]


def mailing_of(mailing_id: int) -> Mailing:
    with transaction() as tx:
        row = ledger.find(tx, mailing_id)
        assert row is not None
        return row


def versions(mailing_id: int) -> list[tuple[int, int, int]]:
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        assert mailing is not None
        told = progress.versions(tx, mailing)
    assert [each.made_at is None for each in told] == [each.version == 1 for each in told]
    return [(each.version, each.accepted, each.other) for each in told]


def sent_versions(mailing_id: int) -> dict[int, int | None]:
    """Version by recipient."""
    with transaction() as tx:
        query = select(Delivery.recipient_id, Delivery.content_version)
        rows = tx.execute(query.where(Delivery.mailing_id == mailing_id))
        return {row[0]: row[1] for row in rows}


def at_the(number: int, relay: FaultRelay, *actions: object) -> None:
    """Do something when the relay has so many mails."""

    def fault(event: Event) -> bytes | None:
        if event.step == "body" and event.taken == number:
            for action in actions:
                action()  # type: ignore[operator]
        return None

    relay.fault = fault


def test_a_correction_bites_within_one_chunk_and_the_rest_has_the_new_text(
    relay: FaultRelay,
) -> None:
    readers(4 * CHUNK)
    mailing_id = compose()
    at_the(CHUNK + 2, relay, correct)

    send()
    assert counts(mailing_id) == {"audience": 20, "accepted": 10, "remaining": 10}
    assert versions(mailing_id) == []
    assert renew.renew_content(mailing_id, clock.now()) == 2
    assert renew.renew_content(mailing_id, clock.now()) is None
    send()

    texts = [words(taken) for taken in relay.accepted]
    assert [OLD in each for each in texts] == [True] * 10 + [False] * 10
    assert [each.count(NEW) for each in texts] == [0] * 10 + [2] * 10
    assert all("Headline sport-one" in each for each in texts)
    assert len(set(relay.recipients())) == len(relay.recipients()) == 20
    assert counts(mailing_id) == {"audience": 20, "accepted": 20}
    assert versions(mailing_id) == [(1, 10, 0), (2, 10, 0)]
    assert mailing_of(mailing_id).state is MailingState.DONE


def test_who_got_the_old_text_is_told_in_the_next_issue_and_who_got_the_new_one_is_not(
    relay: FaultRelay,
) -> None:
    readers(2 * CHUNK)
    mailing_id = compose()
    at_the(2, relay, correct)
    send()
    renew.renew_content(mailing_id, clock.now())
    send()
    with transaction() as tx:
        article(tx, 1, "next-day", SLOT + DAY - HOUR)

    chosen_next = choices_of(compose(1))

    told = {recipient for recipient, choice in chosen_next.items() if choice == 0b11}
    untold = {recipient for recipient, choice in chosen_next.items() if choice == 0b01}
    sent = sent_versions(mailing_id)
    assert told == {recipient for recipient, version in sent.items() if version == 1}
    assert untold == {recipient for recipient, version in sent.items() if version == 2}
    assert (len(told), len(untold)) == (CHUNK, CHUNK)


def choices_of(mailing_id: int) -> dict[int, int]:
    with transaction() as tx:
        return choices(tx, mailing_id)


def test_one_story_corrected_and_one_killed_in_between(relay: FaultRelay) -> None:
    readers(3 * CHUNK)
    mailing_id = compose()
    at_the(1, relay, correct, lambda: kill(SPORT))

    send()
    renew.renew_content(mailing_id, clock.now())
    send()

    texts = [words(taken) for taken in relay.accepted]
    assert ["sport-one" in each for each in texts] == [True] * CHUNK + [False] * 2 * CHUNK
    assert [NEW in each for each in texts] == [False] * CHUNK + [True] * 2 * CHUNK
    assert len(set(relay.recipients())) == len(relay.recipients()) == 15
    assert counts(mailing_id) == {"audience": 15, "accepted": 15}
    assert sorted(choices_of(mailing_id).values()) == [0b01] * 2 * CHUNK + [0b11] * CHUNK


def test_a_retry_has_its_own_version_where_a_copy_may_have_arrived_and_the_newest_elsewhere(
    relay: FaultRelay,
) -> None:
    lost, deferred, plain = readers(3)
    mailing_id = compose()
    with transaction() as tx:
        tx.execute(update(Mailing).values(policy=AmbiguousPolicy.RESEND))

    def fault(event: Event) -> bytes | None:
        if event.step == "body" and "reader001" in event.argument:
            raise HangUp
        if event.step == "refuse" and "reader002" in event.argument:
            return b"451 4.3.0 later\r\n"
        if event.step == "body" and "reader003" in event.argument:
            correct()
        return None

    relay.fault = fault
    send()
    renew.renew_content(mailing_id, clock.now())
    let_waiting_be_over()
    relay.fault = lambda _event: None
    send()

    by_reader: dict[str, list[Taken]] = {}
    for taken in relay.accepted:
        by_reader.setdefault(taken.rcpt[:9], []).append(taken)
    first, second = by_reader["reader001"]
    assert first.content == second.content
    assert OLD in words(second)
    assert [NEW in words(taken) for taken in by_reader["reader002"]] == [True]
    assert [OLD in words(taken) for taken in by_reader["reader003"]] == [True]
    assert sent_versions(mailing_id) == {lost: 1, deferred: 2, plain: 1}
    assert counts(mailing_id) == {"audience": 3, "accepted": 3}


@pytest.mark.usefixtures("relay")
def test_a_correction_that_came_while_the_issue_was_composed_is_not_overlooked() -> None:
    readers(1)
    issue_id = newsletters_steering.send_now(1, actor=TESTER, now=NOW)
    assert run._claim(issue_id)
    run._freeze(issue_id, NOW)
    correct()
    with transaction() as tx:
        tx.execute(update(Mailing).values(renew_since=None))

    run.compose_issue(issue_id, NOW)

    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        assert renewals.waiting(tx) == [mailing.id]
        tx.execute(update(Mailing).values(renew_since=None))
    run.open_due_issues(NOW)
    with transaction() as tx:
        assert renewals.waiting(tx) == [mailing.id]


def test_what_is_corrected_while_a_version_is_rendered_makes_another(relay: FaultRelay) -> None:
    readers(1)
    mailing_id = compose()
    correct(headline="Six bridges")
    with transaction() as tx:
        read = renew._read(tx, mailing_id, NOW)
    assert read is not None
    rendered, _ = recompose(read.material, read.chosen, read.corrected)
    correct()
    with transaction() as tx:
        assert renew._write(tx, mailing_id, read, rendered, NOW) == 2

    send()
    assert relay.accepted == []
    assert renew.renew_content(mailing_id, NOW) == 3
    send()

    assert [NEW in words(taken) for taken in relay.accepted] == [True]
    assert versions(mailing_id) == [(1, 0, 0), (2, 0, 0), (3, 1, 0)]


def test_a_correction_too_long_for_mail_pauses_the_mailing_until_it_is_shorter(
    relay: FaultRelay,
) -> None:
    readers(1)
    mailing_id = compose()
    with transaction() as tx:
        found(tx, WORLD).standfirst = "word " * 20_000  # as before there was a bound
    correct()

    assert renew.renew_content(mailing_id, NOW) is None

    assert mailing_of(mailing_id).state is MailingState.PAUSED
    with transaction() as tx:
        assert audit.has(tx, actor=renew.ACTOR, subject=f"mailing:{mailing_id}")
    send()
    assert relay.accepted == []
    correct(standfirst="Short.")
    steering.resume(mailing_id, actor=TESTER, now=NOW)
    assert renew.renew_content(mailing_id, NOW) == 2
    send()
    assert [NEW in words(taken) for taken in relay.accepted] == [True]


def test_a_version_speaks_the_languages_that_were_frozen(relay: FaultRelay) -> None:
    readers(1)
    mailing_id = compose()
    with transaction() as tx:
        tx.execute(text("UPDATE newsletter SET languages = '{ar}'"))
    correct()
    renew.renew_content(mailing_id, NOW)

    send()

    assert [NEW in words(taken) for taken in relay.accepted] == [True]
