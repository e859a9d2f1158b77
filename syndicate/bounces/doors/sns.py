"""Amazon SNS, which carries the events of SES: whose a message is, and how a topic is confirmed.

Everything that SNS sends is signed by a certificate that SNS itself serves over TLS. So the address
of that certificate is the whole of the trust: only a host of SNS, asked without redirects, and what
was refused or is no certificate is asked again and never remembered.

Source: Amazon SNS, "Verifying the signatures of Amazon SNS messages".
"""

import base64
import binascii
import datetime as dt
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from syndicate import fetch

# SNS gives up after an hour; what is older was recorded by somebody.
OLDEST = dt.timedelta(days=1)
EARLIEST = dt.timedelta(minutes=15)
CERTIFICATE_BYTES = 100_000
_REMEMBERED = 8
# A region, and no bucket of S3: `sns.s3.amazonaws.com` is whoever's who named one so.
_HOST = re.compile(
    r"sns\.(?:cn-[a-z]{3,12}-\d{1,2}\.amazonaws\.com\.cn"
    r"|(?!cn-)[a-z]{2}-(?:gov-)?[a-z]{3,12}-\d{1,2}\.amazonaws\.com)"
)
_CERTIFICATE_PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{1,64}\.pem")
_ABOUT_TOPIC = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _ABOUT_TOPIC,
    "UnsubscribeConfirmation": _ABOUT_TOPIC,
}

Get = Callable[[str], fetch.Response]


def get(url: str) -> fetch.Response:
    """Ask SNS: one request, and no redirect."""
    return fetch.once(url, max_bytes=CERTIFICATE_BYTES)


def is_url(url: str) -> bool:
    """Whether an address is one of SNS itself."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(_HOST.fullmatch(parts.netloc))


def is_certificate_url(url: str) -> bool:
    """Whether a certificate may be asked for there: nothing else says which one counts."""
    if not is_url(url):
        return False
    parts = urlsplit(url)
    return bool(_CERTIFICATE_PATH.fullmatch(parts.path)) and not (parts.query or parts.fragment)


def is_confirm_url(url: str, topic: str) -> bool:
    """Whether asking for an address confirms a topic, and does nothing else."""
    if not is_url(url):
        return False
    said = parse_qs(urlsplit(url).query)
    return said.get("Action") == ["ConfirmSubscription"] and said.get("TopicArn") == [topic]


def is_signed(message: Mapping[str, Any], certificate: bytes, now: dt.datetime) -> bool:
    """Whether SNS signed a message, and did so lately.

    Args:
        message: as posted.
        certificate: PEM, from the address in `SigningCertURL` that `is_certificate_url` accepted.
        now: aware UTC.
    """
    names = _SIGNED.get(str(message.get("Type")), ())
    if not names or not _is_recent(str(message.get("Timestamp", "")), now):
        return False
    signed = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    kind = hashes.SHA256() if str(message.get("SignatureVersion")) == "2" else hashes.SHA1()  # noqa: S303 - version 1 is theirs
    try:
        read = x509.load_pem_x509_certificate(certificate)
        key = read.public_key()
        signature = base64.b64decode(str(message.get("Signature", "")), validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        if not read.not_valid_before_utc <= now <= read.not_valid_after_utc:
            return False
        key.verify(signature, signed.encode(), padding.PKCS1v15(), kind)
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


class Amazon:
    """SNS as a server that is asked.

    Args:
        get: asks for an address.
    """

    def __init__(self, get: Get = get) -> None:
        self._get = get
        self._certificates: OrderedDict[str, bytes] = OrderedDict()

    def certificate(self, url: str) -> bytes:
        """The certificate at an address; the address changes when the certificate does.

        Raises:
            SyndicateError: no answer.
        """
        if url in self._certificates:
            return self._certificates[url]
        answer = self._get(url)
        if answer.status == HTTPStatus.OK and _is_certificate(answer.body):
            self._certificates[url] = answer.body
            while len(self._certificates) > _REMEMBERED:
                self._certificates.popitem(last=False)
        return answer.body

    def confirm(self, url: str) -> bool:
        """Tell SNS that we want a topic's messages: it asks once, when the topic is set up.

        Raises:
            SyndicateError: no answer.
        """
        return self._get(url).status == HTTPStatus.OK


def _is_certificate(pem: bytes) -> bool:
    try:
        x509.load_pem_x509_certificate(pem)
    except ValueError:
        return False
    return True


def _is_recent(timestamp: str, now: dt.datetime) -> bool:
    try:
        at = dt.datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return at.tzinfo is not None and now - OLDEST <= at <= now + EARLIEST
