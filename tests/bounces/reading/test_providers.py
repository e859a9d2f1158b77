"""What providers post: their own shapes, their own signatures, one form for us."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from syndicate import settings
from syndicate.bounces.doors import hooks, signatures
from syndicate.bounces.reading import providers
from syndicate.bounces.reading.provider_event import Told
from syndicate.bounces.reading.verdict import Kind, Reason
from syndicate.mail.mime.message import Writer
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from syndicate.store.sending import events
from syndicate.store.sending.mailings import Mailing
from tests import matrix
from tests.newsletters.paper import reader
from tests.subscribers import desk

NOW = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
STAMP = str(int(NOW.timestamp()))
READER = "reader001@example.com"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"
WORDS = "smtp; 550 5.1.1 User unknown"


def ses(kind: str = "Bounce", message_id: str = "<x@daily.example>") -> dict[str, Any]:
    return {
        "notificationType": kind,
        "mail": {
            "messageId": "ses-1",
            "timestamp": "2026-11-24T07:58:00Z",
            "headers": [{"name": "Message-ID", "value": message_id}],
        },
        "bounce": {
            "bounceType": "Permanent",
            "timestamp": "2026-11-24T07:59:00Z",
            "bouncedRecipients": [
                {"emailAddress": READER, "status": "5.1.1", "diagnosticCode": WORDS}
            ],
        },
        "complaint": {"complainedRecipients": [{"emailAddress": READER}]},
        "delivery": {"recipients": [READER], "timestamp": "2026-11-24T07:59:00Z"},
    }


def mailgun(event: str = "failed", **more: object) -> dict[str, Any]:
    data: dict[str, Any] = {
        "event": event,
        "id": "mg-1",
        "timestamp": NOW.timestamp(),
        "recipient": READER,
        "severity": "permanent",
        "message": {"headers": {"message-id": "x@daily.example"}},
        "delivery-status": {"code": 550, "message": "5.1.1 User unknown"},
    }
    return {"event-data": data | more}


POSTMARK = {
    "RecordType": "Bounce",
    "ID": 42,
    "Type": "HardBounce",
    "Email": READER,
    "BouncedAt": "2026-11-24T07:59:00Z",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
}
SENDGRID = {
    "event": "bounce",
    "email": READER,
    "timestamp": int(NOW.timestamp()),
    "smtp-id": "<x@daily.example>",
    "sg_event_id": "sg-1",
    "status": "5.1.1",
    "reason": "550 5.1.1 User unknown",
}


READERS: dict[str, Callable[[Any], Iterator[Told]]] = {
    "ses": providers.ses,
    "postmark": providers.postmark,
    "mailgun": providers.mailgun,
    "sendgrid": providers.sendgrid,
}


@pytest.mark.parametrize(
    ("provider", "event"),
    [
        ("ses", ses()),
        ("postmark", POSTMARK),
        ("mailgun", mailgun()),
        ("sendgrid", [SENDGRID]),
    ],
)
def test_a_dead_address_is_one_whoever_tells_it(provider: str, event: object) -> None:
    (told,) = READERS[provider](event)

    verdict = told.verdict
    assert (verdict.kind, verdict.recipient, verdict.reason, verdict.is_hard) == (
        Kind.BOUNCED,
        READER,
        Reason.USER_UNKNOWN,
        True,
    )
    assert dt.timedelta(0) <= NOW - told.at <= dt.timedelta(minutes=1)


RATE = "550 5.1.1 <reader001@example.com> has sent to too many recipients this hour"


@pytest.mark.parametrize(
    ("provider", "event"),
    [
        ("postmark", POSTMARK | {"Details": RATE}),
        ("mailgun", mailgun("failed", **{"delivery-status": {"code": 550, "message": RATE}})),
        ("sendgrid", [SENDGRID | {"reason": RATE}]),
        (
            "ses",
            ses()
            | {
                "bounce": {
                    "bounceType": "Permanent",
                    "bouncedRecipients": [
                        {"emailAddress": READER, "status": "5.1.1", "diagnosticCode": RATE}
                    ],
                }
            },
        ),
    ],
)
def test_a_provider_that_calls_it_hard_is_read_by_the_words_that_it_quotes(
    provider: str, event: object
) -> None:
    (told,) = READERS[provider](event)

    assert (told.verdict.reason, told.verdict.is_hard) == (Reason.RATE, False)


@pytest.mark.parametrize(
    ("provider", "event", "kind", "reason"),
    [
        ("ses", ses("Delivery"), Kind.DELIVERED, Reason.DELIVERED),
        ("ses", ses("Complaint"), Kind.COMPLAINED, Reason.FEEDBACK),
        ("postmark", POSTMARK | {"RecordType": "SpamComplaint"}, Kind.COMPLAINED, Reason.FEEDBACK),
        ("postmark", POSTMARK | {"RecordType": "Delivery"}, Kind.DELIVERED, Reason.DELIVERED),
        (
            "postmark",
            POSTMARK | {"Type": "ISPBlock", "Details": "550 5.7.1 blocked using a list"},
            Kind.BOUNCED,
            Reason.BLOCKED,
        ),
        ("mailgun", mailgun("delivered"), Kind.DELIVERED, Reason.DELIVERED),
        ("mailgun", mailgun("complained"), Kind.COMPLAINED, Reason.FEEDBACK),
        (
            "mailgun",
            mailgun(severity="temporary"),
            Kind.DELAYED,
            Reason.USER_UNKNOWN,
        ),
        ("sendgrid", [SENDGRID | {"event": "spamreport"}], Kind.COMPLAINED, Reason.FEEDBACK),
        (
            "sendgrid",
            [
                SENDGRID
                | {
                    "event": "deferred",
                    "status": "",
                    "reason": "",
                    "response": "452 4.2.2 over quota",
                }
            ],
            Kind.DELAYED,
            Reason.MAILBOX_FULL,
        ),
    ],
)
def test_other_events_are_what_they_are(
    provider: str, event: object, kind: Kind, reason: Reason
) -> None:
    (told,) = READERS[provider](event)

    assert (told.verdict.kind, told.verdict.reason, told.verdict.is_hard) == (kind, reason, False)


@pytest.mark.parametrize(
    ("provider", "event"),
    [
        ("ses", {"notificationType": "AmazonSnsSubscriptionSucceeded"}),
        ("postmark", {"RecordType": "Open"}),
        ("postmark", POSTMARK | {"Type": "AutoResponder"}),
        ("mailgun", mailgun("opened")),
        ("mailgun", mailgun(reason="suppress-bounce")),
        ("sendgrid", [SENDGRID | {"event": "processed"}]),
    ],
)
def test_what_we_have_no_use_for_is_left_out(provider: str, event: object) -> None:
    assert list(READERS[provider](event)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    value=st.dictionaries(
        st.sampled_from(
            ["notificationType", "mail", "bounce", "RecordType", "event-data", "event", "timestamp"]
        ),
        JSON | st.sampled_from(["Bounce", "bounce", "failed"]),
    )
)
def test_no_json_upsets_the_readers(value: dict[str, Any]) -> None:
    for provider, read in READERS.items():
        list(read([value] if provider == "sendgrid" else value))


def mailgun_signature(key: str, timestamp: str = STAMP, token: str = "token-1") -> dict[str, str]:  # noqa: S107 - no secret
    digest = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": digest}


def test_mailgun_is_believed_for_ten_minutes() -> None:
    signature = mailgun_signature("secret")

    assert signatures.mailgun(signature, "secret", NOW)
    assert not signatures.mailgun(signature, "other", NOW)
    assert not signatures.mailgun(signature | {"token": "token-2"}, "secret", NOW)
    assert not signatures.mailgun(signature, "secret", NOW + dt.timedelta(minutes=11))
    assert not signatures.mailgun({}, "secret", NOW)


def test_sendgrid_is_believed_for_the_very_bytes_it_signed() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).decode()
    body = json.dumps([SENDGRID]).encode()
    signature = base64.b64encode(
        key.sign(STAMP.encode() + body, ec.ECDSA(hashes.SHA256()))
    ).decode()

    def is_theirs(body: bytes, now: dt.datetime = NOW, stamp: str = STAMP) -> bool:
        return signatures.sendgrid(body, signature=signature, timestamp=stamp, key=public, now=now)

    assert is_theirs(body)
    assert not is_theirs(body + b" ")
    assert not is_theirs(body, stamp="0")
    assert not is_theirs(body, now=NOW + dt.timedelta(minutes=11))


def basic(password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"x:{password}".encode()).decode()}


@pytest.fixture
def hooked(settings_env: pytest.MonkeyPatch) -> None:
    """An installation that expects events from Postmark and Mailgun, with one reader."""
    settings_env.setenv("SYNDICATE_HOOK_POSTMARK_PASSWORD", "secret")
    settings_env.setenv("SYNDICATE_HOOK_MAILGUN_KEY", "secret")
    settings.load.cache_clear()
    with transaction() as tx:
        desk.morning(tx)
        reader(tx, 1)


def post(provider: str, posted: object, headers: Mapping[str, str] | None = None) -> int:
    return hooks.receive(provider, headers or {}, json.dumps(posted).encode(), NOW)


def is_suppressed() -> bool:
    with transaction() as tx:
        return recipients.is_suppressed(tx, recipients.hash_of(READER), "newsletter:1")


@pytest.mark.usefixtures("database", "hooked")
def test_a_signed_event_is_kept_and_an_unsigned_one_is_not() -> None:
    assert post("postmark", POSTMARK, basic("guess")) == 403
    assert not is_suppressed()

    assert post("postmark", POSTMARK, basic("secret")) == 200
    assert is_suppressed()


@pytest.mark.usefixtures("database", "hooked")
def test_a_request_that_comes_twice_is_kept_once() -> None:
    writer = Writer(Mailing(id=7, message="digest"), settings.load().key(), "https://x")
    headers = {"headers": {"message-id": writer.message_id(1, "daily.example").strip("<>")}}
    posted = mailgun("delivered", message=headers) | {"signature": mailgun_signature("secret")}

    assert [post("mailgun", posted), post("mailgun", posted)] == [200, 200]
    with transaction() as tx:
        assert events.counts(tx, 7) == {"other": {"delivered": 1}}


@pytest.mark.usefixtures("database", "hooked")
def test_a_signature_that_somebody_overheard_is_good_for_no_other_event() -> None:
    signature = {"signature": mailgun_signature("secret")}
    assert post("mailgun", mailgun("delivered") | signature) == 200

    assert post("mailgun", mailgun("complained", id="mg-2") | signature) == 200

    assert not is_suppressed()


@pytest.mark.usefixtures("database", "hooked")
def test_what_no_database_can_hold_is_kept_without_it() -> None:
    odd = dict(POSTMARK, Details="550 5.1.1 User unknown \x00 \ud800")

    assert post("postmark", odd, basic("secret")) == 200
    assert is_suppressed()
    assert post("mailgun", mailgun() | {"signature": {"token": "\ud800"}}) == 403


@pytest.mark.usefixtures("database", "hooked")
@pytest.mark.parametrize(
    ("provider", "body", "status"),
    matrix.rows(
        [
            ("mailgun", b"no json", 400),
            ("mailgun", b"[]", 400),
            ("mailgun", b'{"signature": {}}', 403),
            ("sendgrid", b"[]", 404),
            ("ses", b"{}", 404),
            ("pigeon", b"{}", 404),
        ],
        every=2,
    ),
)
def test_what_is_none_of_ours_is_refused(provider: str, body: bytes, status: int) -> None:
    assert hooks.receive(provider, {}, body, NOW) == status
