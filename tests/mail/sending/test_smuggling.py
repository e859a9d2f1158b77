"""Words of others that would be a second mail at some server, through the engine: one each."""

import email
import email.policy

import pytest

from syndicate.vocabulary.sending import MailingState
from tests import matrix
from tests.mail.campaign import Plan
from tests.mail.fault_relay import FaultRelay
from tests.mail.steps import begin, counts, send, state, use

pytestmark = pytest.mark.usefixtures("database")

SMUGGLED = "MAIL FROM:<chief@daily.example>\r\nRCPT TO:<reader999@example.com>\r\nDATA\r\nFraud\r\n"
ENDS = {
    "LF LF": "\n.\n",
    "CRLF CRLF": "\r\n.\r\n",
    "CR CR": "\r.\r",
    "LF CRLF": "\n.\r\n",
    "CRLF LF": "\r\n.\n",
    "CRLF CR": "\r\n.\r",
    "a soft break": "=\r\n.\r\n",
    "two dots": "\r\n..\r\n",
    "another line": "\u2028.\u2028",
    "NEL": "\x85.\x85",
    "between": "\r\x0b\n.\r\x0b\n",
}


@pytest.mark.parametrize("is_lax", [True, False])
@pytest.mark.parametrize("end", matrix.rows(ENDS, every=3))
def test_no_words_of_others_make_a_second_mail(
    end: str, is_lax: bool, relay: FaultRelay, settings_env: pytest.MonkeyPatch
) -> None:
    relay.is_lax = is_lax
    option = "" if is_lax else "?chunking=1"
    use(relay, settings_env, relay_url=relay.url + option)
    # Blanks of any width before it, so that it also stands where a line of the encoding is broken.
    words = "".join(f" {'x' * number}{end}{SMUGGLED}{end}" for number in (0, 1, 70, 71, 72))
    mailing_id = begin(Plan(audience=6, words=words))

    send()

    assert counts(mailing_id) == {"audience": 6, "accepted": 6}
    assert state(mailing_id) is MailingState.DONE
    assert sorted(relay.recipients()) == [f"reader{n:06}@example.com" for n in range(1, 7)]
    assert {taken.mail_from.partition("@")[2] for taken in relay.accepted} == {"daily.example"}
    for taken in relay.accepted:
        message = email.message_from_bytes(taken.content, policy=email.policy.default)
        assert message.get_content_type() == "multipart/alternative"
