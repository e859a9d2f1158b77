"""A code counts against an address only where the words agree with it, or where there are none."""

import pytest

from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import Kind, Reason, is_hard
from syndicate.bounces.reading.words import OF_ONE_PROVIDER

RCPT = "(in reply to RCPT TO command)"


def is_held_against(words: str, around: str = "") -> bool:
    cause = cause_of(words, around=around)
    return is_hard(Kind.BOUNCED, cause.reason, cause.status, cause.code)


@pytest.mark.parametrize(
    "words",
    [
        # a rate, a name server in trouble, and what nobody has thought of yet
        "550 5.1.1 <reader001@example.com> has sent to too many recipients this hour",
        "554 5.4.4 Malformed or unexpected name server reply",
        "550 5.1.1 Sorry, your domain sends us more than we like",
        "550 5.1.1 Come back when your queue is shorter",
        "550 5.1.1 Greylisted, see you soon",
        "550 5.1.1 Users of this service must pay first",
        "550 5.1.2 SERVFAIL",
        "550 5.1.3 our parser gave up on this",
        "550 5.1.6 the mailbox is on strike",
        "521 5.1.10 we are closed on Sundays",
        "556 the moon is in the wrong phase",
        # what is said of us in the words for an address that is gone
        "550 5.1.0 Sender address unknown",
        "550 5.1.1 Return address invalid",
        "550 5.1.2 Sender domain not found",
        "550 5.1.1 Envelope sender user unknown",
        "550 5.1.1 Verification of sender address failed: user unknown",
        "550 5.7.27 refused",
        # what passes
        "550 5.1.1 Mailbox unavailable, try again later",
        "550 5.1.1 Recipient temporarily unavailable",
    ],
)
def test_a_code_beside_words_that_do_not_say_so_ends_nothing(words: str) -> None:
    assert not is_held_against(words)
    assert not is_held_against(words, RCPT)


@pytest.mark.parametrize(
    "words",
    [
        # no words
        "550 5.1.1",
        "550 5.1.1 <reader001@example.com>",
        "550 5.1.1 <reader001@example.com>: Recipient address rejected",
        "550 #5.1.0 Address rejected.",
        "550 5.1.1 https://mx.example/help?answer=6596 ad1si1997204pbd.83 - gsmtp",
        "550 5.1.1 mail delivery failed: recipient refused",
        "556 5.1.10",
        # words that agree
        "550 5.1.1 No such user here",
        "550 5.1.1 unknown or illegal alias: reader001@example.com",
        "550 5.1.1 Requested action not taken: mailbox unavailable",
        "550 5.1.1 returned to sender: user unknown",
        "550 5.1.2 Host unknown",
        "551 5.1.6 not our user",
        "554 5.4.4 Host not found",
        "550 5.4.4 Sorry, I couldn't find a mail exchanger",
        # in other languages
        "550 5.1.1 Benutzer unbekannt",
        "550 5.1.1 Utilisateur inconnu",
        "550 5.1.1 El usuario no existe",
        "550 5.1.1 Utente sconosciuto",
        "550 5.1.1 Usuário inexistente",
        "550 5.1.1 Gebruiker onbekend",
        "550 5.1.1 Okänd användare",
        "550 5.1.1 Nie ma takiego użytkownika",
        "550 5.1.1 Пользователь не найден",
        "550 5.1.1 Kullanıcı bulunamadı",  # noqa: RUF001 - Turkish
        "550 5.1.1 用户不存在",
        "550 5.1.1 ユーザーが存在しません",
        "550 5.1.1 المستخدم غير موجود",
    ],
)
def test_a_code_alone_or_with_words_that_say_so_counts(words: str) -> None:
    assert is_held_against(words)


def test_another_systems_trouble_is_an_unknown_user_only_in_reply_to_rcpt() -> None:
    words = "550 5.3.0 No such user here"

    assert is_held_against(words, RCPT)
    assert not is_held_against(words)
    assert not is_held_against(words, "(in reply to end of DATA command)")


def test_words_that_nobody_understood_have_no_reason() -> None:
    assert cause_of("550 5.1.1 Come back when your queue is shorter").reason is Reason.UNDEFINED


@pytest.mark.parametrize(
    "words",
    [
        "554 delivery error: This user doesn't have a mail.example account [0]",
        "550 ** Address not found ** Your message wasn't delivered",
        "550 5.4.1 [reader001@example.com]: Recipient address rejected: Access denied",
    ],
)
def test_a_providers_own_sentence_needs_no_code_that_agrees(words: str) -> None:
    assert is_held_against(words)


def test_sentences_of_one_provider_are_few() -> None:
    assert len(OF_ONE_PROVIDER) <= 5
