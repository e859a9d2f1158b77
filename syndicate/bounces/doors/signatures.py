"""Whether a provider's request was made by that provider: signatures, windows, and nothing else.

    SES (SNS)   RSA over named fields, by a certificate that Amazon serves: bounces.sns
    Postmark    a password of ours in the address it calls (it signs nothing)
    Mailgun     HMAC-SHA256 over timestamp and token
    SendGrid    ECDSA P-256 over timestamp and body

Source: RFC 7617; https://postmarkapp.com/developer/webhooks/webhooks-overview;
https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks;
https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

# A request older than this is somebody's who recorded it.
WINDOW = dt.timedelta(minutes=10)


def postmark(authorization: str, password: str) -> bool:
    """Whether a request carries our password (HTTP Basic, whatever the user's name)."""
    scheme, _, credentials = authorization.partition(" ")
    try:
        given = base64.b64decode(credentials, validate=True).partition(b":")[2]
    except (ValueError, binascii.Error):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(given, password.encode())


def mailgun(signature: Mapping[str, Any], key: str, now: dt.datetime) -> bool:
    """Whether Mailgun signed a request, and did so just now.

    Args:
        signature: the object of that name in the body.
        key: the account's webhook signing key.
        now: aware UTC.
    """
    timestamp, token = str(signature.get("timestamp", "")), str(signature.get("token", ""))
    signed = f"{timestamp}{token}".encode("utf-8", "replace")
    digest = hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
    given = str(signature.get("signature", "")).encode("utf-8", "replace")
    is_signed = hmac.compare_digest(digest.encode(), given)
    return is_signed and _is_fresh(timestamp, now)


def sendgrid(body: bytes, *, signature: str, timestamp: str, key: str, now: dt.datetime) -> bool:
    """Whether SendGrid signed a body, and did so just now.

    Args:
        body: exactly as posted.
        signature: of `X-Twilio-Email-Event-Webhook-Signature`, base64.
        timestamp: of `X-Twilio-Email-Event-Webhook-Timestamp`.
        key: the account's verification key, base64 of DER.
        now: aware UTC.
    """
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, ec.EllipticCurvePublicKey):
            return False
        public.verify(
            base64.b64decode(signature, validate=True),
            timestamp.encode() + body,
            ec.ECDSA(hashes.SHA256()),
        )
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return _is_fresh(timestamp, now)


def _is_fresh(timestamp: str, now: dt.datetime) -> bool:
    try:
        at = dt.datetime.fromtimestamp(float(timestamp), tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return abs(now - at) <= WINDOW
