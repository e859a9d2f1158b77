"""Refusals of the mail world, each made up in the manner of one of its servers or rules.

What is hard costs a reader the paper, so that is said only of an address that is gone.
"""

from pathlib import Path

import pytest

from syndicate.bounces.reading.classify import classify
from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import ABOUT_US, Kind, is_hard

REFUSALS = Path(__file__).with_name("mail_world.txt").read_text("utf-8").splitlines()
REPLIES = [tuple(each.split(" | ")) for each in REFUSALS if each[0] != "#"]
RCPT = "(in reply to RCPT TO command)"


def judged(words: str) -> str:
    cause = cause_of(words.replace("\\n", "\n"), around=RCPT)
    if is_hard(Kind.BOUNCED, cause.reason, cause.status, cause.code):
        return "hard"
    return "ours" if cause.reason in ABOUT_US else "soft"


def test_a_refusal_is_hard_only_where_the_address_is_gone() -> None:
    found = [(kind, judged(words), words) for kind, _, words in REPLIES]

    assert [each for each in found if each[0].strip() != each[1]] == []
    assert len(found) > 100


# (who writes, headers, words): what comes back and is no bounce of an address that is gone.
MAILS = [
    (
        "vacation",
        "Subject: Re: Morning\nAuto-Submitted: auto-replied",
        "I am away. Error 5.1.1 of my holidays: user unknown at the office.",
    ),
    (
        "challenge",
        "Subject: Please confirm your message (5.7.1)\nReturn-Path: <>",
        (
            "Your message to reader001@example.com was not delivered. "
            "You are unknown to its owner; answer this mail."
        ),
    ),
    (
        "gatekeeper",
        "Subject: Delivery failure? Confirm first\nAuto-Submitted: auto-replied\nReturn-Path: <>",
        "550 5.1.1 is what spammers see. Click to be let in.",
    ),
    (
        "quoted",
        "Subject: Re: Undelivered Mail Returned to Sender",
        "Why do I get this?\n\n> <reader002@example.com>: 550 5.1.1 User unknown",
    ),
    (
        "full",
        "Subject: Mailbox full (552 5.2.2)\nAuto-Submitted: auto-replied\nReturn-Path: <>",
        "The mailbox of reader001@example.com is full, 5.2.2.",
    ),
    (
        "left",
        "Subject: Automatic reply: Morning\nAuto-Submitted: auto-replied",
        "This person no longer works here, and the address does not exist any more. 5.1.1",
    ),
    (
        "ticket",
        "Subject: [#5511] Delivery report received\nAuto-Submitted: auto-generated",
        "Ticket 550-5.1.1 was opened. User unknown to the help desk.",
    ),
    (
        "delay",
        "Subject: Warning: could not send message for past 4 hours\nReturn-Path: <>",
        "reader001@example.com: 450 4.1.1 user unknown for now, will be tried again",
    ),
]
FROM = {"delay": "MAILER-DAEMON@mx.example"}


@pytest.mark.parametrize(("who", "headers", "words"), MAILS, ids=[each[0] for each in MAILS])
def test_what_readers_and_their_programs_write_is_held_against_nobody(
    who: str, headers: str, words: str
) -> None:
    sender = FROM.get(who, "reader001@example.com")
    raw = f"From: {sender}\nTo: b+1-2-abcdefghijkl@daily.example\n{headers}\n\n{words}\n"

    assert [each for each in classify(raw.encode()) if each.is_hard] == []
