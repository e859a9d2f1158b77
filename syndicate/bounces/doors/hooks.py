"""Webhooks of mail providers: each request is verified, read and stored.

status 200   kept, or known before          403   not signed by that provider, or not just now
       400   no JSON that we can read       404   this installation expects nothing from it
       503   Amazon, whose certificate we need, does not answer: it comes again
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from syndicate import logs, settings
from syndicate.bounces.doors import signatures, sns
from syndicate.bounces.keeping import record
from syndicate.bounces.reading import providers
from syndicate.bounces.reading.provider_event import Told
from syndicate.errors import SyndicateError
from syndicate.store.ground.session import transaction
from syndicate.store.platform import tokens

log = logs.get(__name__)

AMAZON = sns.Amazon()


def is_expected(provider: str) -> bool:
    """Whether this installation waits for what a provider tells; else nobody reads what comes."""
    own = settings.load()
    known = {
        "ses": own.hook_sns_topics,
        "postmark": own.hook_postmark_password,
        "mailgun": own.hook_mailgun_key,
        "sendgrid": own.hook_sendgrid_key,
    }
    return bool(known.get(provider))


def receive(
    provider: str,
    headers: Mapping[str, str],
    body: bytes,
    now: dt.datetime,
    *,
    amazon: sns.Amazon = AMAZON,
) -> int:
    """Take what was posted to `/hooks/mail/{provider}`. Safe to run twice.

    Args:
        provider: ses, postmark, mailgun or sendgrid.
        headers: names in lower case.
        body: exactly as posted.
        now: aware UTC.
        amazon: whom certificates are asked of.

    Returns:
        The HTTP status to answer with.
    """
    take = _TAKERS.get(provider)
    if take is None and provider != "ses":
        return HTTPStatus.NOT_FOUND
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError):
        return HTTPStatus.BAD_REQUEST
    status = take(posted, headers, body, now) if take else _ses(posted, now, amazon)
    if status != HTTPStatus.OK:
        log.warning("mail_hook_refused", provider=provider, status=status)
    return status


def _ses(posted: Any, now: dt.datetime, amazon: sns.Amazon) -> int:
    topics = settings.load().hook_sns_topics
    if not topics:
        return HTTPStatus.NOT_FOUND
    if not isinstance(posted, dict) or posted.get("TopicArn") not in topics:
        return HTTPStatus.FORBIDDEN
    url = str(posted.get("SigningCertURL", ""))
    if not sns.is_certificate_url(url):
        return HTTPStatus.FORBIDDEN
    try:
        if not sns.is_signed(posted, amazon.certificate(url), now):
            return HTTPStatus.FORBIDDEN
        return _from_topic(posted, now, amazon)
    except SyndicateError:
        log.exception("sns_not_reached")
        return HTTPStatus.SERVICE_UNAVAILABLE


def _from_topic(posted: Mapping[str, Any], now: dt.datetime, amazon: sns.Amazon) -> int:
    kind, topic = posted["Type"], str(posted["TopicArn"])
    if kind == "SubscriptionConfirmation":
        url = str(posted.get("SubscribeURL", ""))
        if not sns.is_confirm_url(url, topic):
            return HTTPStatus.FORBIDDEN
        return HTTPStatus.OK if amazon.confirm(url) else HTTPStatus.SERVICE_UNAVAILABLE
    if kind == "UnsubscribeConfirmation":
        # Somebody took our subscription away, and events will come no more.
        log.error("sns_topic_unsubscribed", topic=topic)
        return HTTPStatus.OK
    try:
        event = json.loads(str(posted.get("Message", "")))
    except (ValueError, RecursionError):
        # SES begins a topic with a sentence.
        return HTTPStatus.OK
    return _kept(providers.ses(event), now) if isinstance(event, dict) else HTTPStatus.OK


def _postmark(posted: Any, headers: Mapping[str, str], _body: bytes, now: dt.datetime) -> int:
    password = settings.load().hook_postmark_password
    if password is None:
        return HTTPStatus.NOT_FOUND
    if not signatures.postmark(headers.get("authorization", ""), password.get_secret_value()):
        return HTTPStatus.FORBIDDEN
    if not isinstance(posted, dict):
        return HTTPStatus.BAD_REQUEST
    return _kept(providers.postmark(posted), now)


def _mailgun(posted: Any, _headers: Mapping[str, str], _body: bytes, now: dt.datetime) -> int:
    key = settings.load().hook_mailgun_key
    if key is None:
        return HTTPStatus.NOT_FOUND
    signature = posted.get("signature") if isinstance(posted, dict) else None
    if not isinstance(signature, dict):
        return HTTPStatus.BAD_REQUEST
    if not signatures.mailgun(signature, key.get_secret_value(), now):
        return HTTPStatus.FORBIDDEN
    # The signature says nothing about the event, so a token is good for one. It is used up in the
    # transaction that keeps the event: what failed is taken when the same request comes again.
    digest = hashlib.sha256(str(signature.get("token")).encode()).digest()
    with transaction() as tx:
        if tokens.use_once(tx, digest, purpose="mailgun", now=now):
            for told in providers.mailgun(posted):
                record.take_one(tx, told, now)
    return HTTPStatus.OK


def _sendgrid(posted: Any, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> int:
    key = settings.load().hook_sendgrid_key
    if key is None:
        return HTTPStatus.NOT_FOUND
    is_theirs = signatures.sendgrid(
        body,
        signature=headers.get("x-twilio-email-event-webhook-signature", ""),
        timestamp=headers.get("x-twilio-email-event-webhook-timestamp", ""),
        key=key,
        now=now,
    )
    if not is_theirs:
        return HTTPStatus.FORBIDDEN
    if not isinstance(posted, list):
        return HTTPStatus.BAD_REQUEST
    return _kept(providers.sendgrid([one for one in posted if isinstance(one, dict)]), now)


def _kept(told: Iterable[Told], now: dt.datetime) -> int:
    record.take(list(told), now)
    return HTTPStatus.OK


_TAKERS = {"postmark": _postmark, "mailgun": _mailgun, "sendgrid": _sendgrid}
