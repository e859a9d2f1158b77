"""An issue that is held is sent, merged into the next, or dropped; and shown before that."""

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from syndicate import clock
from syndicate.errors import RefusedError
from syndicate.mail.sending import deliver
from syndicate.newsletters import deciding, run, specimen
from syndicate.newsletters.offers import Offer
from syndicate.newsroom.verbs import Verb
from syndicate.store.composition import issues
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom.newsletters import Issue, Newsletter
from syndicate.store.readers import recipients
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.newsletters import EmptyRule, IssueState
from syndicate.vocabulary.sending import Lane, SuppressionReason
from tests import rows
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import DAY, HOUR, NOW, SLOT, article, choices, reader
from tests.store import racing
from tests.subscribers import desk

pytestmark = pytest.mark.usefixtures("database")
LATER = NOW + DAY


@pytest.fixture
def morning(database: str) -> Newsletter:  # noqa: ARG001 - the rows go there
    """A newsletter with one reader that holds an issue with nothing in it."""
    with transaction() as tx:
        made = desk.morning(tx)
        tx.execute(update(Newsletter).values(empty_rule=EmptyRule.HOLD))
        reader(tx, 1)
    return made


def held() -> int:
    (issue_id,) = run.open_due_issues(NOW)
    assert run.compose_issue(issue_id, NOW) is IssueState.HELD
    return issue_id


def read(issue_id: int) -> Issue:
    with transaction() as tx:
        found = issues.find(tx, issue_id)
        assert found is not None
        return found


def told(issue_id: int) -> list[str]:
    with transaction() as tx:
        return [headline for _, headline in issues.carried(tx, issue_id)]


@pytest.mark.usefixtures("morning")
def test_a_held_issue_with_nothing_new_is_sent_as_a_notice() -> None:
    issue_id = held()

    deciding.send(issue_id, actor=TESTER, now=NOW)

    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING
    with transaction() as tx:
        mailing = ledger.of_issue(tx, issue_id)
        assert mailing is not None
        assert list(choices(tx, mailing.id).values()) == [1]


@pytest.mark.usefixtures("morning")
def test_the_news_of_a_merged_issue_stand_in_the_next_one_and_in_no_third() -> None:
    issue_id = held()
    with transaction() as tx:
        # Collected in time and noticed too late: before this, no issue would have told it.
        article(tx, 1, "world-old", SLOT - 2 * HOUR - DAY, collected_at=SLOT - 2 * HOUR)
    deciding.merge(issue_id, actor=TESTER, now=NOW)

    (following,) = run.open_due_issues(LATER)
    assert run.compose_issue(following, LATER) is IssueState.SENDING

    assert told(following) == ["Headline world-old"]
    assert (read(issue_id).state, read(issue_id).merged_into) == (IssueState.MERGED, following)
    assert read(issue_id).note == "The next issue covers its news too."
    (third,) = run.open_due_issues(LATER + DAY)
    assert read(third).window_from == SLOT + DAY


@pytest.mark.usefixtures("morning")
def test_a_dropped_issue_is_opened_by_nobody_and_its_news_stay_with_it() -> None:
    issue_id = held()
    deciding.drop(issue_id, actor=TESTER, now=NOW)

    assert run.open_due_issues(NOW + HOUR) == []
    with transaction() as tx:
        newsletter = tx.scalars(select(Newsletter)).one()
        assert run.open_now(tx, newsletter, Offer.SLOT, NOW + HOUR) == (issue_id, False)
    assert read(issue_id).state is IssueState.DROPPED
    (following,) = run.open_due_issues(LATER)
    assert run.compose_issue(following, LATER) is IssueState.HELD
    assert read(following).window_from == SLOT


@pytest.mark.usefixtures("morning")
def test_numbers_for_readers_have_no_holes() -> None:
    dropped = held()
    deciding.drop(dropped, actor=TESTER, now=NOW)
    merged = run.open_due_issues(LATER)[0]
    run.compose_issue(merged, LATER)
    deciding.merge(merged, actor=TESTER, now=LATER)
    found = []
    for days in (2, 3):
        now = NOW + days * DAY
        with transaction() as tx:
            article(tx, 1, f"world-{days}", SLOT + days * DAY - HOUR)
        (issue_id,) = run.open_due_issues(now)
        run.compose_issue(issue_id, now)
        found.append(read(issue_id).number)

    assert found == [1, 2]
    assert [read(each).number for each in (dropped, merged)] == [None, None]


@pytest.mark.usefixtures("morning")
def test_a_number_that_another_issue_took_while_it_was_composed_is_not_given_twice() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
    (issue_id,) = run.open_due_issues(NOW)

    with ThreadPoolExecutor(1) as pool, transaction() as other:
        issues.lock_numbers(other, 1)
        begun = pool.submit(run.compose_issue, issue_id, NOW)
        racing.wait_until_blocked(other)
        rows.issue(other, 1, 5, number=1, state=IssueState.DONE)
        other.session.commit()
        assert begun.result(30) is IssueState.SENDING

    assert read(issue_id).number == 2
    assert "Issue 2" in text_of(specimen.preview(issue_id, NOW, actor=TESTER))


@pytest.mark.usefixtures("morning")
def test_an_alert_is_left_to_the_digests_that_draw_from_its_article() -> None:
    with transaction() as tx:
        told_at_once = article(tx, 1, "world-one", SLOT - HOUR).id
        issue = rows.issue(tx, 1, 5, article_id=told_at_once, state=IssueState.HELD, number=None)

    deciding.merge(issue.id, actor=TESTER, now=NOW)

    assert read(issue.id).note == "Its article is left to Morning."
    (following,) = run.open_due_issues(NOW)
    run.compose_issue(following, NOW)
    assert (told(following), read(issue.id).merged_into) == (["Headline world-one"], None)


@pytest.mark.usefixtures("morning")
def test_an_alert_that_no_digest_would_tell_is_not_merged() -> None:
    with transaction() as tx:
        french = article(tx, 1, "world-one", SLOT - HOUR, language="fr").id
        issue = rows.issue(tx, 1, 5, article_id=french, state=IssueState.HELD, number=None)

    with pytest.raises(RefusedError, match="no digest draws from the section of its article"):
        deciding.merge(issue.id, actor=TESTER, now=NOW)

    assert read(issue.id).state is IssueState.HELD


@pytest.mark.usefixtures("morning")
def test_a_preview_is_what_would_be_sent_and_then_what_was_frozen() -> None:
    with transaction() as tx:
        article(tx, 1, "world-one", SLOT - HOUR)
    (issue_id,) = run.open_due_issues(NOW)
    before = specimen.preview(issue_id, NOW, actor=TESTER)
    run.compose_issue(issue_id, NOW)
    with transaction() as tx:
        article(tx, 1, "world-two", SLOT - HOUR)

    after = specimen.preview(issue_id, NOW + HOUR, actor=TESTER)

    assert after == before
    assert "Headline world-one" in text_of(after)
    assert read(issue_id).state is IssueState.SENDING


@pytest.mark.usefixtures("morning")
def test_a_preview_of_an_issue_with_nothing_new_is_the_notice() -> None:
    issue_id = held()

    assert "world" not in text_of(specimen.preview(issue_id, NOW, actor=TESTER))
    assert read(issue_id).state is IssueState.HELD


@pytest.mark.parametrize("is_frozen", [True, False])
def test_a_test_mail_is_the_issue_to_one_address_that_is_no_reader(
    relay: FaultRelay, is_frozen: bool
) -> None:
    (issue_id,) = run.open_due_issues(NOW)
    if is_frozen:
        run.compose_issue(issue_id, NOW)
    now = clock.now()

    mailing_id = specimen.send_test(issue_id, " desk@example.com ", actor=TESTER, now=now)
    deliver.send_lane(Lane.URGENT, should_stop=lambda: False)

    with transaction() as tx:
        mailing = tx.get(Mailing, mailing_id)
    assert mailing is not None
    assert (mailing.kind, mailing.issue_id, mailing.newsletter_id) == ("single", None, None)
    (taken,) = relay.accepted
    mail = email.message_from_bytes(taken.content, policy=email.policy.default)
    assert (taken.rcpt, str(mail["Subject"])[:7]) == ("desk@example.com", "[Test] ")
    assert "Headline world-one" in text_of(taken.content)
    assert "Headline sport-one" in text_of(taken.content)
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        said = " ".join(str(part.get_content()).split()) if part else ""
        assert "This is a test mail, sent by the newsroom." in said
        assert "because you subscribed" not in said
        assert "Choose sections and languages" in said
    # Asked for again, it is another mail.
    later = now + HOUR
    assert specimen.send_test(issue_id, "desk@example.com", actor=TESTER, now=later) != mailing_id


@pytest.mark.usefixtures("morning")
def test_no_test_mail_goes_to_an_address_that_is_to_get_none() -> None:
    issue_id = held()
    with transaction() as tx:
        barred = recipients.hash_of("desk@example.com")
        recipients.suppress(tx, barred, scope="*", reason=SuppressionReason.READER, now=NOW)

    with pytest.raises(RefusedError, match="is to get no mail from us"):
        specimen.send_test(issue_id, "desk@example.com", actor=TESTER, now=NOW)


def text_of(message: bytes) -> str:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    part = parsed.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.parametrize("second", [deciding.send, deciding.merge, deciding.drop])
def test_of_two_who_decide_at_once_the_second_is_told_what_the_first_did(
    relay: FaultRelay, second: Verb[..., None]
) -> None:
    (issue_id,) = run.open_due_issues(NOW)
    with transaction() as tx:
        tx.execute(update(Issue).values(state=IssueState.HELD))
        reader(tx, 1)
    with ThreadPoolExecutor(1) as pool:
        with transaction() as first:
            assert issues.let_go(first, issue_id)
            begun = pool.submit(second, issue_id, actor=TESTER, now=NOW)
            racing.wait_until_blocked(first)
        with pytest.raises(RefusedError, match=rf"^Issue {issue_id} is due; only one that is"):
            begun.result(30)

    assert run.compose_issue(issue_id, NOW) is IssueState.SENDING
    deliver.send_lane(Lane.BULK, should_stop=lambda: False)
    assert len(relay.accepted) == 1
    for verb in (deciding.send, deciding.merge, deciding.drop):
        with pytest.raises(RefusedError, match="only one that is held"):
            verb(issue_id, actor=TESTER, now=NOW)
    run.compose_issue(issue_id, NOW)
    deliver.send_lane(Lane.BULK, should_stop=lambda: False)
    assert len(relay.accepted) == 1
