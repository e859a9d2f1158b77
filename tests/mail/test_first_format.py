"""Mailings paused in mid-send by the version before: finished by their old rules, without holes."""

import email
import email.policy
import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from syndicate import clock, settings
from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.mail import steering
from syndicate.mail.pacing import pace
from syndicate.mail.sending import deliver
from syndicate.newsletters import renew
from syndicate.render import earlier, merge
from syndicate.store.content.articles import Article
from syndicate.store.ground.session import transaction
from syndicate.store.maintenance import migrate
from syndicate.store.sending import ledger
from syndicate.store.sending.mailings import MailingContent
from syndicate.vocabulary.sending import Lane, MailingState
from tests import matrix
from tests.acting import TESTER
from tests.mail import first_format
from tests.mail.fault_relay import Event, FaultRelay, Taken
from tests.newsletters.sending import counts, let_waiting_be_over

HONEST = ("digest", "article", "feedback", "confirmation")


pytestmark = pytest.mark.usefixtures("empty_database")


@pytest.fixture
def upgraded(
    settings_env: pytest.MonkeyPatch,
) -> Iterator[FaultRelay]:
    """The relay; the database was filled by the version before, and migrated."""
    settings_env.setenv("SYNDICATE_PUBLIC_URL", first_format.PUBLIC_URL)
    settings_env.setenv("SYNDICATE_MAIL_CONNECTIONS", "1")
    settings.load.cache_clear()
    first_format.restore()
    migrate.upgrade()
    with FaultRelay() as server:
        settings_env.setenv("SYNDICATE_RELAY_URL", server.url)
        settings.load.cache_clear()
        yield server
    pace.BREAKERS.clear()


def resume(name: str) -> int:
    """Let a mailing go on and send what is due."""
    mailing_id = int(first_format.paused()["mailings"][name])
    steering.resume(mailing_id, actor=TESTER, now=clock.now())
    send()
    return mailing_id


def send() -> None:
    pace.BREAKERS.clear()
    let_waiting_be_over()
    for lane in Lane:
        deliver.send_lane(lane, should_stop=lambda: False)


def hashes(relay: FaultRelay) -> dict[str, str]:
    return {taken.rcpt: hashlib.sha256(taken.content).hexdigest() for taken in relay.accepted}


def parts(taken: Taken) -> tuple[str, str]:
    """Text and HTML of a mail."""
    message = email.message_from_bytes(taken.content, policy=email.policy.default)
    found = [message.get_body((kind,)) for kind in ("plain", "html")]
    assert all(found)
    plain, page = (str(part.get_content()) for part in found if part is not None)
    return plain.replace("\r\n", "\n"), page


@pytest.mark.parametrize("name", matrix.rows(HONEST, every=2))
def test_a_mailing_paused_in_mid_send_goes_on_with_the_bytes_of_the_version_before(
    upgraded: FaultRelay, name: str
) -> None:
    mailing_id = resume(name)

    assert hashes(upgraded) == first_format.paused()["sent_on"][name]
    with transaction() as tx:
        mailing = ledger.find(tx, mailing_id)
        rows = tx.scalars(
            select(MailingContent.format).where(MailingContent.mailing_id == mailing_id)
        )
        assert set(rows) == {earlier.FORMAT}
    assert mailing is not None
    assert mailing.state is MailingState.DONE


def test_what_is_put_off_after_the_upgrade_comes_again_with_the_same_bytes(
    upgraded: FaultRelay,
) -> None:
    upgraded.fault = lambda event: b"451 4.3.0 later\r\n" if event.step == "RCPT" else None
    resume("digest")
    assert upgraded.accepted == []
    upgraded.fault = lambda _event: None

    send()

    assert hashes(upgraded) == first_format.paused()["sent_on"]["digest"]


def test_a_retry_after_a_lost_reply_has_the_bytes_of_the_first_try(upgraded: FaultRelay) -> None:
    again: list[str] = []

    def lose_the_reply(event: Event) -> bytes | None:
        if event.step == "body" and not again:
            again.append(upgraded.accepted[-1].rcpt)
            return b"421 4.3.2 shutting down\r\n"
        return None

    upgraded.fault = lose_the_reply
    resume("digest")
    send()

    sent = [(taken.rcpt, hashlib.sha256(taken.content).hexdigest()) for taken in upgraded.accepted]
    assert len([rcpt for rcpt, _ in sent if rcpt == again[0]]) == 2
    assert set(sent) == set(first_format.paused()["sent_on"]["digest"].items())


def test_a_digest_of_hostile_words_that_was_stuck_is_sent_with_the_words_as_words(
    upgraded: FaultRelay,
) -> None:
    mailing_id = resume("attacked")

    assert counts(mailing_id) == {"audience": 5, "accepted": 5}
    for taken in upgraded.accepted:
        plain, page = parts(taken)
        for kind in ("preferences", "unsubscribe"):
            own = f"{first_format.PUBLIC_URL}/{kind}/"
            assert [plain.count(own), page.count(own)] == [1, 1]
            assert own in plain.partition("\n--\n")[2]
        assert "https://pier.example/read?next=slot:preferences_url" in plain
        assert 'href="https://pier.example/read?next=slot:preferences_url"' in page
        assert 'src="https://pier.example/p.jpg?slot:preferences_url"' in page
        assert 'alt="slot:preferences_url"' in page
        for words in ("last slot:organisers are happy", "evening slot:unsubscribe_url was free"):
            assert words in plain
            assert words in page
        assert "<!--" not in plain
        assert "<!--/" not in page
        assert "\0" not in plain + page


@pytest.mark.parametrize(
    ("name", "words", "own_links"),
    matrix.rows(
        [
            (
                "article attacked",
                ["last slot:organisers", "evening slot:unsubscribe_url was free"],
                1,
            ),
            ("feedback attacked", ["My slot:x was taken,", "slot:never_url too."], 0),
            ("feedback with NUL", ["كتبت slot:never_url لكم"], 0),
        ],
        every=2,
    ),
)
def test_a_single_message_that_was_stuck_or_robbed_is_sent_as_it_was_written(
    upgraded: FaultRelay, name: str, words: list[str], own_links: int
) -> None:
    mailing_id = resume(name)

    assert counts(mailing_id) == {"audience": 1, "accepted": 1}
    plain, page = parts(upgraded.accepted[0])
    assert [line for line in words if line not in " ".join(plain.split("\n"))] == []
    assert plain.count("/never/") == page.count("/never/") == own_links
    assert "\0" not in plain + page


def test_a_story_corrected_after_the_upgrade_gives_the_mailing_content_of_the_new_format(
    upgraded: FaultRelay,
) -> None:
    mailing_id = int(first_format.paused()["mailings"]["attacked"])
    with transaction() as tx:
        row = tx.scalars(select(Article).where(Article.slug == "plain")).one()
        wording = Wording(headline="slot:unsubscribe_url", standfirst=None)
        note = "It was another."
        editing.correct(tx, row.id, wording, note=note, actor=TESTER, now=clock.now())
    assert renew.renew_content(mailing_id, clock.now()) == 2

    resume("attacked")

    with transaction() as tx:
        query = select(MailingContent.version, MailingContent.format).distinct()
        found = tx.execute(query.where(MailingContent.mailing_id == mailing_id)).all()
    assert {(version, kind) for version, kind in found} == {(1, earlier.FORMAT), (2, merge.FORMAT)}
    assert len(upgraded.accepted) == 5
    for taken in upgraded.accepted:
        plain, page = parts(taken)
        assert "slot:unsubscribe_url" in plain
        assert ">slot:unsubscribe_url</a>" in page
        assert page.count(f"{first_format.PUBLIC_URL}/unsubscribe/") == 1
        assert "Ferry back <!--/--> at the pier" in plain
        assert "The last word <!--/-->" in plain
