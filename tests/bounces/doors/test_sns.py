"""SNS as it is: an HTTPS server by a name of Amazon's, whose certificate is asked for and kept."""

import asyncio
import base64
import datetime as dt
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from syndicate import fetch, settings
from syndicate.bounces.doors import hooks, sns
from syndicate.store.ground.session import transaction
from syndicate.store.readers import recipients
from tests.authority import Authority, self_signed
from tests.bounces.reading.test_providers import NOW, READER, ses
from tests.newsletters.paper import reader
from tests.subscribers import desk

TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
HOST = "sns.eu-west-1.amazonaws.com"
PEM = "SimpleNotificationService-1.pem"
CERTIFICATE_URL = f"https://{HOST}/{PEM}"
CONFIRM_URL = f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=t"


class Handler(BaseHTTPRequestHandler):
    """Serves what the server has under a path."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.pages.get(self.path, (404, b"Not here"))
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(HTTPServer):
    asked: list[str]
    pages: dict[str, tuple[int, bytes]]


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority, key: rsa.RSAPrivateKey) -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.issue(HOST))
        made.socket = context.wrap_socket(made.socket, server_side=True)
        certificate = self_signed(key, "sns.amazonaws.com")
        made.asked = []
        made.pages = {"/SimpleNotificationService-1.pem": (200, certificate)}
        made.pages[CONFIRM_URL.removeprefix(f"https://{HOST}")] = (200, b"<ok/>")
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def door(server: Server, trusted: Path | None) -> sns.Amazon:
    """Our own door to other servers, but that Amazon's names lead to the test's server."""
    port = server.server_address[1]
    trust = ssl.create_default_context(cafile=str(trusted)) if trusted else None

    async def resolve(_host: str, _port: int) -> list[str]:
        return [f"127.0.0.1:{port}"]

    def get(url: str) -> fetch.Response:
        async def run() -> fetch.Response:
            async with fetch.Fetcher(limit=1, resolve=resolve, trust=trust) as fetcher:
                return await fetcher.once(
                    "GET", url, allow=[f"127.0.0.1:{port}"], max_bytes=sns.CERTIFICATE_BYTES
                )

        return asyncio.run(run())

    return sns.Amazon(get)


@pytest.fixture
def amazon(server: Server, authority: Authority) -> sns.Amazon:
    return door(server, authority.file)


@pytest.fixture
def expected(settings_env: pytest.MonkeyPatch) -> None:
    """An installation that expects this topic's events, with one reader."""
    settings_env.setenv("SYNDICATE_HOOK_SNS_TOPICS", json.dumps([TOPIC]))
    settings.load.cache_clear()
    with transaction() as tx:
        desk.morning(tx)
        reader(tx, 1)


def signed(key: rsa.RSAPrivateKey, message: object, **more: str) -> dict[str, str]:
    """A message as SNS signs it (version 2)."""
    posted = {
        "Type": "Notification",
        "MessageId": "sns-1",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": NOW.isoformat().replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
    } | more
    names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    text = "".join(f"{name}\n{posted[name]}\n" for name in names if name in posted)
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return posted | {"Signature": base64.b64encode(signature).decode()}


def confirmation(key: rsa.RSAPrivateKey, url: str = CONFIRM_URL, **more: str) -> dict[str, str]:
    kind = {"Type": "SubscriptionConfirmation", "SubscribeURL": url, "Token": "t"}
    return signed(key, "You have chosen to subscribe", **(kind | more))


def post(posted: Any, amazon: sns.Amazon, now: dt.datetime = NOW) -> int:
    return hooks.receive("ses", {}, json.dumps(posted).encode(), now, amazon=amazon)


def is_suppressed() -> bool:
    with transaction() as tx:
        return recipients.is_suppressed(tx, recipients.hash_of(READER), "newsletter:1")


@pytest.mark.usefixtures("database", "expected")
def test_an_event_is_believed_by_the_certificate_that_amazon_serves_and_asked_once(
    server: Server, amazon: sns.Amazon, key: rsa.RSAPrivateKey
) -> None:
    forged = signed(key, ses()) | {"Message": json.dumps(ses("Complaint"))}
    assert post(forged, amazon) == 403
    assert not is_suppressed()

    assert post(signed(key, ses()), amazon) == 200
    assert is_suppressed()
    assert post(signed(key, ses()), amazon) == 200
    assert server.asked == ["/SimpleNotificationService-1.pem"]


@pytest.mark.usefixtures("database", "expected")
def test_what_somebody_recorded_is_refused_a_day_later(
    amazon: sns.Amazon, key: rsa.RSAPrivateKey
) -> None:
    posted = signed(key, ses())

    assert post(posted, amazon, NOW + dt.timedelta(days=1, seconds=1)) == 403
    assert post(posted, amazon, NOW - dt.timedelta(minutes=16)) == 403
    assert post(signed(key, ses(), Timestamp="long ago"), amazon) == 403
    assert not is_suppressed()


@pytest.mark.usefixtures("database", "expected")
def test_a_certificate_that_was_not_there_is_asked_for_again(
    server: Server, amazon: sns.Amazon, key: rsa.RSAPrivateKey
) -> None:
    page = server.pages.pop("/SimpleNotificationService-1.pem")
    assert post(signed(key, ses()), amazon) == 403
    server.pages["/SimpleNotificationService-1.pem"] = (302, b"https://evil.example/x.pem")
    assert post(signed(key, ses()), amazon) == 403

    server.pages["/SimpleNotificationService-1.pem"] = page
    assert post(signed(key, ses()), amazon) == 200


@pytest.mark.usefixtures("database", "expected")
def test_a_server_that_nobody_vouches_for_is_not_amazon(
    server: Server, key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    for trusted in (None, Authority(tmp_path).file):
        assert post(signed(key, ses()), door(server, trusted)) == 503
    assert server.asked == []
    assert not is_suppressed()


@pytest.mark.usefixtures("database", "expected")
def test_a_topic_is_confirmed_at_amazon_and_nowhere_else(
    server: Server, amazon: sns.Amazon, key: rsa.RSAPrivateKey
) -> None:
    for url in (
        "https://evil.example/?Action=ConfirmSubscription",
        CONFIRM_URL.replace("https", "http"),
        CONFIRM_URL.replace("ConfirmSubscription", "DeleteTopic"),
        CONFIRM_URL.replace(":mail", ":other"),
    ):
        assert post(confirmation(key, url), amazon) == 403
    assert post(confirmation(key) | {"Token": "other"}, amazon) == 403
    assert not any("Action" in path for path in server.asked)

    assert post(confirmation(key), amazon) == 200
    assert [path for path in server.asked if "Action=ConfirmSubscription" in path] == [
        CONFIRM_URL.removeprefix(f"https://{HOST}")
    ]


@pytest.mark.usefixtures("database", "expected")
def test_what_is_said_about_a_topic_is_no_event(amazon: sns.Amazon, key: rsa.RSAPrivateKey) -> None:
    assert post(signed(key, "Successfully validated SNS topic."), amazon) == 200
    assert post(confirmation(key, Type="UnsubscribeConfirmation"), amazon) == 200
    assert post(signed(key, ses(), Type="Other"), amazon) == 403


@pytest.mark.usefixtures("database", "expected")
def test_a_topic_that_is_not_ours_is_refused_before_anything_is_fetched(
    server: Server, amazon: sns.Amazon, key: rsa.RSAPrivateKey
) -> None:
    assert post(signed(key, ses(), TopicArn="arn:aws:sns:eu-west-1:1:other"), amazon) == 403
    assert post(signed(key, ses(), SigningCertURL="https://evil.example/a.pem"), amazon) == 403
    assert server.asked == []


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        (CERTIFICATE_URL, True),
        (f"https://sns.us-gov-west-1.amazonaws.com/{PEM}", True),
        (f"https://sns.ap-southeast-2.amazonaws.com/{PEM}", True),
        (f"https://sns.cn-north-1.amazonaws.com.cn/{PEM}", True),
        (f"https://sns.cn-north-1.amazonaws.com/{PEM}", False),
        (f"https://sns.eu-west-1.amazonaws.com.cn/{PEM}", False),
        (f"https://sns.s3.amazonaws.com/{PEM}", False),
        (f"https://sns.s3-eu-west-1.amazonaws.com/{PEM}", False),
        (f"https://sns.s3-website-eu-west-1.amazonaws.com/{PEM}", False),
        (f"https://sns.evil.amazonaws.com/{PEM}", False),
        (f"https://sns.eu-west-1.evil.amazonaws.com/{PEM}", False),
        (f"https://a.sns.eu-west-1.amazonaws.com/{PEM}", False),
        (f"http://sns.eu-west-1.amazonaws.com/{PEM}", False),
        (f"https://sns.eu-west-1.amazonaws.com:8443/{PEM}", False),
        (f"https://sns.eu-west-1.amazonaws.com.evil.example/{PEM}", False),
        (f"https://sns.eu-west-1.amazonaws.com@evil.example/{PEM}", False),
        ("https://sns.eu-west-1.amazonaws.com/other.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/?x=.pem", False),
        (f"https://sns.eu-west-1.amazonaws.com/{PEM}?x", False),
        (f"https://sns.eu-west-1.amazonaws.com/a/../{PEM}", False),
        (f"https://s3.eu-west-1.amazonaws.com/{PEM}", False),
        ("https://sns.[::1/cert.pem", False),
    ],
)
def test_only_amazon_says_which_certificate_counts(url: str, *, is_theirs: bool) -> None:
    assert sns.is_certificate_url(url) is is_theirs


def test_a_certificate_that_has_run_out_vouches_for_nothing(key: rsa.RSAPrivateKey) -> None:
    later = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    pem = self_signed(key, "sns.amazonaws.com")

    assert sns.is_signed(signed(key, ses()), pem, NOW)
    assert not sns.is_signed(signed(key, ses(), Timestamp=later.isoformat()), pem, later)
    assert not sns.is_signed(signed(key, ses()), b"no certificate", NOW)
