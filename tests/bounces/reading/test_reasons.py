"""A code counts against an address only where the words agree with it, or where there are none."""

import pytest

from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import Kind, Reason, is_hard
from syndicate.bounces.reading.words import OF_ONE_PROVIDER

RCPT = "(in reply to RCPT TO command)"
# Of us, of our mail, or of the server's own trouble, in the words for an address that is gone.
NOT_OF_THE_ADDRESS = [
    "cannot verify user",
    "could not verify the recipient right now, not found",
    "address lookup timed out, not found",
    "user lookup failed: not found",
    "invalid address syntax in From",
    "invalid mailbox name in Reply-To",
    "From: invalid address",
    "no such user in return-path",
    "user unknown in local sender table",
    "originator address unknown",
    "account used to send does not exist",
    "authenticated user unknown",
    "invalid user name or password",
    "hostname does not exist",
    "peer host unknown",
    "IP address invalid",
    "A record does not exist for HELO",
    "invalid host in EHLO",
    "greeting name does not exist",
    "no MX record for your domain",
    "client does not exist in DNS",
    "DNS timeout, host not found",
    "name server did not answer, domain not found",
    "no mailbox space",
    "no user disk space",
    "I/O error",
    "I/O error, user mailbox not found",
    "disk error: mailbox not found",
    "mailbox busy, unavailable",
    "mailbox corrupt, not valid",
    "user's maildir does not exist",
    "recipient map not found",
    "queue file does not exist",
    "unknown mailbox error occurred",
    "reason unknown.",
    "content type unknown",
    "public key of user not found",
    "internationalised address not valid here",
    "no route: host not found",
    "recipient has blocked your address",
    "recipient address rejected: Helo command rejected",
    "LDAP error, user unknown",
    "user unknown: lookup service is down",
    "recipient not found in cache, please retry",
    "account is being moved to a new server",
    "Address of client host not known",
    "Your domain was not found in DNS",
    "Your host name does not exist",
    "mail from unknown domain refused for this user",
    "user has set a rule: senders not known to them are refused",
    "The user's filter found a link that is not valid",
    "Recipient's server says: your IP address is unknown to us",
    "mailbox policy for this list of senders not found",
    "Recipient address list contains an invalid character in header",
    "account of the sender does not exist",
    "user rejected: HELO name invalid",
    "Message for user refused, certificate not valid",
    "Mailbox refused the message: DKIM key not found",
    "recipient has blocked mail from addresses that do not exist in their contacts",
    "Email rejected, link to a domain that does not exist",
    "user limit for unknown senders exceeded",
    "Recipient requires TLS, certificate unknown",
    "the address you sent from does not exist",
    "address in the From header is invalid",
    "Mailbox temporarily disabled for unknown reasons",
    "user is over the hourly limit of messages from unknown senders",
    "Email address of the envelope sender is invalid",
    "user@example.com: Recipient verification in progress, result not known",
    "domain of your return path does not exist",
    "account suspended for the sender, not found in whitelist",
    "login required: unknown user of this relay",
    "Unknown user agent in header",
    "No such user agent",
    "no recipients left after policy",
    "invalid address in header field To",
    "unknown recipient policy version",
    "Address family not found",
    "bad mailbox lock, server error",
    "Your address is not a member of this list",
    "Sender is not a member of this list",
    "you are not a subscriber of this list",
    "not a member of the list: posting refused",
    "Only members can post; you are not a customer",
    "this address does not accept mail from you",
    "this address no longer accepts mail from outside senders",
    "Sorry, this mailing list is closed; poster not found in the list of approved users",
    "Domain in your From address has no valid user records",
    "We do not know your server",
    "this user's quota of unknown contacts is used up",
    "Recipient does not want mail from addresses not in their address book",
    "Not found in the recipient's allow list",
    "user's allowlist does not list you",
    "address not found in SPF record",
    "Could not find a valid DMARC record for domain of user",
    "The host you connect from does not exist",
    "reverse lookup: no such host for your address",
    "Sending user does not exist on the remote server",
    "Unknown sender account",
    "Your mailbox does not exist, so we cannot reply",
    "callback verification failed: your address said user unknown",
    "Sender callout: 550 no such user",
    "recipient's anti-spam service could not be reached, status not known",
    "User database is unavailable, address not known yet",
    "LDAP server not found, user lookup failed",
    "directory server does not exist, recipient cannot be verified",
    "This recipient cannot get mail right now: storage not found",
    "attachment type not known to this user's scanner",
    "file not found while delivering to mailbox",
    "Mailbox format not recognized by server",
    "no such file in mailbox",
    "Message header contains address not valid",
    "the list does not exist in our whitelist for this sender",
    "recipient quota record does not exist",
    "too many unknown users from your IP",
    "Too many invalid recipients",
    "dictionary attack: too many users unknown",
    "You have sent to too many invalid addresses",
    "connection dropped: too many unknown recipients",
    "unknown mailer daemon error for user",
    "user timeout unknown",
    "delivery to this user timed out, cause not known",
    "Unknown address error 550 - 'your message was classified as spam'",
]
# Of the address, each as another server says it.
OF_THE_ADDRESS = [
    "someone: unknown",
    "unknown",
    "Mailbox does not exist",
    "reader001@example.com does not exist",
    "User unknown",
    "Recipient address rejected: User unknown in virtual mailbox table",
    "The email account that you tried to reach does not exist",
    "No such user here",
    "Mailbox not found",
    "Requested action not taken: mailbox unavailable",
    "unknown or illegal alias: someone",
    "user reader001 does not exist",
    "Invalid recipient",
    "no mailbox here by that name",
    "The user you are trying to contact does not exist or was deleted",
    "Recipient not found by SMTP address lookup",
    "sorry, no mailbox here by that name",
    "unknown user account",
    "Account has been closed and does not exist any more",
    "This address is not known at this site",
    "destination mailbox address invalid",
    "Address unknown",
    "This mailbox no longer exists",
    "The recipient's mailbox could not be found in our system",
    "The email address you entered couldn't be found",
    "Unable to deliver to someone; the user does not have an account here",
    "user unknown; rejecting",
    "No mailbox by that name is currently available",
    "mail for user bounced: account not found",
    "we have no user by that name",
    "This account no longer exists",
    "User no longer on server",
    "employee no longer with the company",
    "Delivery failed, recipient unknown to address book",
    "person does not work here any more, address invalid",
    "no account by that name here",
    "RecipNotFound; not found",
    "Recipient not recognised here",
    "mailbox does not exist. Please check for typos and spaces",
    "This user doesn't exist here; check with the person",
    "Recipient address does not exist in this domain",
    "Address does not exist",
]


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


@pytest.mark.parametrize("words", NOT_OF_THE_ADDRESS)
def test_words_about_somebody_else_end_nothing_whatever_code_stands_there(words: str) -> None:
    assert not is_held_against(f"550 5.1.1 {words}")
    assert not is_held_against(f"550 5.1.0 {words}")
    assert not is_held_against(f"550 {words}", RCPT)


@pytest.mark.parametrize("words", OF_THE_ADDRESS)
def test_words_about_the_address_count_with_a_code_that_agrees(words: str) -> None:
    assert is_held_against(f"550 5.1.1 {words}")


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
