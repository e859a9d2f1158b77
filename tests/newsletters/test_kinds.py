"""A kind of newsletter that nothing sends yet is refused at every face; old rows harm nobody."""

from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from syndicate.cli import findings
from syndicate.cli import newsletters as shell
from syndicate.errors import RefusedError
from syndicate.newsletters import kinds, rehearse, run, steering
from syndicate.settings import load
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import newsletters
from syndicate.vocabulary.newsletters import NewsletterKind
from syndicate.vocabulary.sending import MailingKind
from tests import rows
from tests.acting import TESTER
from tests.mail.fault_relay import FaultRelay
from tests.newsletters.paper import NOW

SAID = "Letters, which editors write, cannot be sent yet; make a digest or an alert."
MORNING, LETTER = 1, 2


@pytest.fixture
def letter(relay: FaultRelay) -> int:
    """A letter that an older version let in, beside the digest of the morning."""
    assert relay.url
    with transaction() as tx:
        return rows.newsletter(
            tx, 1, "monday-note", name="Monday note", kind=NewsletterKind.LETTER
        ).id


def test_every_kind_has_a_rule_and_a_kind_of_mailing() -> None:
    assert set(kinds.RULES) == set(NewsletterKind)
    assert {each.value for each in NewsletterKind} < {each.value for each in MailingKind}
    assert kinds.OFFERED == (NewsletterKind.DIGEST, NewsletterKind.ALERT)


def test_the_shell_makes_no_letter(relay: FaultRelay) -> None:
    assert relay.url
    asked = ["add", "note", "--name", "Note", "--publication", "daily", "--kind", "letter"]

    answer = CliRunner().invoke(shell.app, asked)

    assert (type(answer.exception), str(answer.exception)) == (RefusedError, SAID)
    with transaction() as tx:
        assert newsletters.by_slug(tx, "note") is None


def test_a_letter_of_old_is_sent_by_nobody_s_word(letter: int) -> None:
    with pytest.raises(RefusedError) as refused:
        steering.send_now(letter, actor=TESTER, now=NOW)
    with pytest.raises(RefusedError) as rehearsed:
        rehearse.dry_run(letter, NOW)

    assert (str(refused.value), str(rehearsed.value)) == (SAID, SAID)


def test_a_letter_of_old_costs_no_other_newsletter_its_issue(letter: int) -> None:
    run._tell.cache_clear()

    with structlog.testing.capture_logs() as logged:
        opened = run.open_due_issues(NOW)

    assert len(opened) == 1
    told = [each for each in logged if each["event"] == "newsletter_not_scheduled"]
    assert [(each["newsletter_id"], each["reason"]) for each in told] == [
        (letter, f"Monday note is a letter. {SAID}")
    ]


def test_the_doctor_names_a_letter_of_old(letter: int) -> None:
    assert letter == LETTER
    found = findings.check_rows(load(), Path())

    assert (found.state, SAID in found.says) == ("warn", True)
