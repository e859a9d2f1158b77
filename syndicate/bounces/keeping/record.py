"""Stores each bounce and complaint once, and applies the rules to its address or to us.

    ingest      a mail that came back, or that a reader leaves by
    take        what a provider told
    refusals    what the relay refused at once, as soon as the ledger has it
    sweep       the same from the ledger's rows, every ten minutes: what a dead worker did not tell

A mail is believed about a reader only when it carries our seal; a provider is believed when its
request was signed. Everything here may run twice: an event has one key, whoever tells it.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate import clock, logs, settings
from syndicate.bounces.keeping import bursts, leaving, rules, verp
from syndicate.bounces.keeping.advice import BURST
from syndicate.bounces.reading.classify import classify_report
from syndicate.bounces.reading.parts import read
from syndicate.bounces.reading.provider_event import Told
from syndicate.bounces.reading.reasons import cause_of
from syndicate.bounces.reading.verdict import ABOUT_US, Kind, Reason, Verdict, is_hard
from syndicate.errors import BAD_ROW
from syndicate.redaction import without_addresses
from syndicate.store.ground.session import BadValueError, Transaction, transaction
from syndicate.store.newsroom import incidents, streams
from syndicate.store.newsroom.incidents import Sample
from syndicate.store.readers import recipients, subscribers
from syndicate.store.readers.recipients import CONFIRMATION, EVERYWHERE, OTHER, Recipient
from syndicate.store.sending import events, ledger
from syndicate.store.sending.events import Happening, Refused
from syndicate.store.sending.mailings import Mailing
from syndicate.vocabulary.sending import SuppressionReason

log = logs.get(__name__)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_DETAIL, _CODE = 400, 20
OPT_OUT = "opt-out"
# Who leaves by mail complains of nothing: no event counts against the mailing.
_LEFT = Verdict(Kind.COMPLAINED, "", reason=Reason.FEEDBACK, feedback=OPT_OUT)
# Longer than a relay keeps trying, and than the memory of rules.is_worn_out needs.
REMEMBER = dt.timedelta(days=90)
SWEEP_BACK = dt.timedelta(days=2)
SWEEP_AT_ONCE = 5_000
_AT_FAULT: tuple[type[Exception], ...] = (BadValueError, *BAD_ROW)


@dataclass(frozen=True)
class Kept:
    """What became of one verdict.

    Attributes:
        verdict: what was said.
        is_ours: whether it is about a delivery of ours.
        is_new: whether nobody had told it before.
        suppressed: whether the address is mailed no more because of it.
    """

    verdict: Verdict
    is_ours: bool
    is_new: bool
    suppressed: bool


def ingest(raw: bytes, now: dt.datetime) -> tuple[Kept, ...]:
    """Keep what a mail that came back says. Safe to run twice.

    Args:
        raw: RFC 5322 form.
        now: aware UTC; a mail's own date is not believed.

    Returns:
        One entry a verdict; nothing when the mail is no report.
    """
    key, report = settings.load().key(), read(raw)
    subscription_id = leaving.asked(report, key)
    if subscription_id is not None:
        was_there = leaving.end(subscription_id, now)
        return (Kept(_LEFT, is_ours=True, is_new=was_there, suppressed=False),)
    verdicts = classify_report(report)
    if not verdicts:
        return ()
    name = verp.find(raw, key)
    digest = hashlib.sha256(raw).hexdigest()
    if name is None:
        return tuple(
            _keep_stranger(verdict, f"{digest}:{place}", now)
            for place, verdict in enumerate(verdicts)
        )
    with transaction() as tx:
        recipient = recipients.find(tx, name.recipient_id)
        verdict = _about(verdicts, recipient)
        return (_keep(tx, verdict, name.mailing_id, recipient, told=digest, at=now),)


def take(told: Sequence[Told], now: dt.datetime) -> tuple[Kept, ...]:
    """Keep what a provider told, after its signature was verified. Safe to run twice.

    Args:
        told: of one request.
        now: aware UTC; counts for what has no time of its own, or an impossible one.
    """
    kept = []
    for each in told:
        with transaction() as tx:
            kept.append(take_one(tx, each, now))
    return tuple(kept)


def take_one(tx: Transaction, told: Told, now: dt.datetime) -> Kept:
    """The same for one event, in a transaction that keeps something else too."""
    at = told.at if now - REMEMBER < told.at <= now else now
    name = verp.find(told.message_id, settings.load().key())
    if name is not None:
        recipient = recipients.find(tx, name.recipient_id)
    else:
        recipient = _of_address(tx, told.verdict.recipient)
    mailing_id = name.mailing_id if name else None
    return _keep(tx, told.verdict, mailing_id, recipient, told=told.key, at=at)


def sweep(now: dt.datetime) -> int:
    """Keep what the relay refused at once, from the ledger's rows. Safe to run twice.

    Returns:
        How many refusals were new.
    """
    with transaction() as tx:
        refused = events.unread_refusals(tx, since=now - SWEEP_BACK, limit=SWEEP_AT_ONCE)
    refusals(refused)
    return len(refused)


def refusals(refused: Sequence[Refused]) -> None:
    """Keep what the relay refused for good. Safe to run twice.

    Args:
        refused: deliveries that stand as failed in the ledger.
    """
    for each in refused:
        try:
            _keep_refusal(each)
        except _AT_FAULT as error:
            # By name alone: the error may quote an address.
            ids = {"mailing_id": each.mailing_id, "recipient_id": each.recipient_id}
            log.error("refusal_not_kept", fault=type(error).__name__, **ids)  # noqa: TRY400


def _keep_refusal(one: Refused) -> None:
    words = one.reason or ""
    # The relay answers RCPT TO before it takes a message: what it refuses, it refuses there.
    cause = cause_of(words, status=one.enhanced or "", code=one.code, around="in reply to RCPT TO")
    hard = is_hard(Kind.BOUNCED, cause.reason, cause.status, cause.code)
    verdict = Verdict(Kind.BOUNCED, "", cause.status, cause.code, cause.reason, hard, detail=words)
    with transaction() as tx:
        recipient = recipients.find(tx, one.recipient_id)
        _keep(tx, verdict, one.mailing_id, recipient, told="", at=one.at)


def _about(verdicts: Sequence[Verdict], recipient: Recipient | None) -> Verdict:
    """The verdict about one recipient: a report to a sealed address is about that one alone."""
    address = recipient.address.lower() if recipient else ""
    named = [each for each in verdicts if each.recipient.lower() == address]
    return (named or list(verdicts))[0]


def _keep_stranger(verdict: Verdict, told: str, now: dt.datetime) -> Kept:
    """An event that nobody can be made to pay for."""
    with transaction() as tx:
        happened = _happening(verdict, None, None, told=told, at=now)
        return Kept(verdict, is_ours=False, is_new=events.record(tx, happened), suppressed=False)


def _keep(
    tx: Transaction,
    verdict: Verdict,
    mailing_id: int | None,
    recipient: Recipient | None,
    *,
    told: str,
    at: dt.datetime,
) -> Kept:
    happened = _happening(verdict, mailing_id, recipient, told=told, at=at)
    recipient_id, is_new = happened.recipient_id, events.record(tx, happened)
    if not is_new or recipient is None:
        return Kept(verdict, recipient is not None, is_new, suppressed=False)
    suppressed = False
    if verdict.kind is Kind.COMPLAINED:
        suppressed = _complained(tx, verdict, mailing_id, recipient, at)
    elif verdict.kind is Kind.BOUNCED:
        suppressed = _bounced(tx, verdict, mailing_id, recipient, at)
    log.info(
        "delivery_event_kept",
        kind=verdict.kind.value,
        reason=verdict.reason.value,
        mailing_id=mailing_id,
        recipient_id=recipient_id,
        suppressed=suppressed,
    )
    return Kept(verdict, is_ours=True, is_new=True, suppressed=suppressed)


def _complained(
    tx: Transaction,
    verdict: Verdict,
    mailing_id: int | None,
    recipient: Recipient,
    at: dt.datetime,
) -> bool:
    """A complaint ends everything; who asks by mail to be left alone ends what the mail was of."""
    mailing = ledger.find(tx, mailing_id) if mailing_id else None
    is_opt_out = verdict.feedback == OPT_OUT
    if is_opt_out and mailing is not None:
        _opted_out(tx, mailing, recipient, at)
        return False
    why = SuppressionReason.READER if is_opt_out else SuppressionReason.COMPLAINT
    was_barred = recipients.is_suppressed(tx, recipient.address_hash, EVERYWHERE)
    recipients.suppress(tx, recipient.address_hash, scope=EVERYWHERE, reason=why, now=at)
    if was_barred and mailing is not None and mailing.scope == CONFIRMATION:
        # They were mailed because somebody signed up in their name: not again.
        recipients.suppress(tx, recipient.address_hash, scope=CONFIRMATION, reason=why, now=at)
    return True


def _opted_out(tx: Transaction, mailing: Mailing, recipient: Recipient, at: dt.datetime) -> None:
    if mailing.newsletter_id is None:
        scope = mailing.scope or EVERYWHERE
        recipients.suppress(
            tx, recipient.address_hash, scope=scope, reason=SuppressionReason.READER, now=at
        )
    elif recipient.subscriber_id is not None:
        left = subscribers.of(tx, recipient.subscriber_id, mailing.newsletter_id)
        if left is not None:
            subscribers.end(tx, left, now=at)


def _bounced(
    tx: Transaction,
    verdict: Verdict,
    mailing_id: int | None,
    recipient: Recipient,
    at: dt.datetime,
) -> bool:
    mailing = ledger.find(tx, mailing_id) if mailing_id else None
    if verdict.reason in ABOUT_US:
        _open_incident(tx, verdict, verdict.reason.value, mailing, recipient, at=at)
        return False
    burst = bursts.found(tx, recipient, at) if verdict.is_hard else None
    if burst is not None:
        incident_id = _open_incident(tx, verdict, BURST, mailing, recipient, at=at)
        # Now, whenever the bounce was: what was told of by now is given back.
        bursts.give_back(tx, burst, incident_id, clock.now())
        return False
    if not _is_given_up(tx, verdict, recipient, at):
        return False
    recipients.suppress(
        tx, recipient.address_hash, scope=EVERYWHERE, reason=SuppressionReason.BOUNCE, now=at
    )
    return True


def _is_given_up(tx: Transaction, verdict: Verdict, recipient: Recipient, at: dt.datetime) -> bool:
    if verdict.is_hard:
        times = events.hard_times(tx, recipient.id, since=at - REMEMBER)
        return rules.is_gone(times, has_confirmed=events.has_confirmed(tx, recipient.id))
    days = events.soft_days(tx, recipient.id, reasons=rules.SOFT, since=at - REMEMBER)
    return rules.is_worn_out(days)


def _open_incident(
    tx: Transaction,
    verdict: Verdict,
    reason: str,
    mailing: Mailing | None,
    recipient: Recipient,
    *,
    at: dt.datetime,
) -> int:
    receiver = recipients.receiver_of(recipient) or OTHER
    sample = Sample(mailing.id if mailing else None, _code(verdict), _detail(verdict))
    domain = streams.sender_domain(tx, mailing.publication_id, mailing.message) if mailing else ""
    if incidents.report(tx, receiver, domain, reason, sample=sample, now=at):
        log.error("delivery_incident_opened", receiver=receiver, domain=domain, reason=reason)
    return incidents.open_id(tx, receiver, domain, reason)


def _of_address(tx: Transaction, address: str) -> Recipient | None:
    if "@" not in address:
        return None
    return recipients.by_hash(tx, recipients.hash_of(_storable(address)))


def _happening(
    verdict: Verdict,
    mailing_id: int | None,
    recipient: Recipient | None,
    *,
    told: str,
    at: dt.datetime,
) -> Happening:
    recipient_id = recipient.id if recipient is not None else None
    # Of a delivery that is known, a kind of event is told once by whoever is first; but a delay may
    # come again and again.
    kind = events.OPTED_OUT if verdict.feedback == OPT_OUT else verdict.kind.value
    name = f"{kind}:{mailing_id}:{recipient_id}"
    if mailing_id is None or recipient_id is None or verdict.kind is Kind.DELAYED:
        name = f"{name}:{told}"
    return Happening(
        key=hashlib.sha256(name.encode("utf-8", "replace")).digest(),
        at=at,
        kind=kind,
        mailing_id=mailing_id,
        recipient_id=recipient_id,
        reason=verdict.reason.value,
        is_hard=verdict.is_hard,
        receiver=recipients.receiver_of(recipient) if recipient is not None else "",
        code=_code(verdict),
        detail=_detail(verdict),
    )


def _detail(verdict: Verdict) -> str:
    """Replies repeat the address; it has no business outliving the reader's row."""
    return without_addresses(_storable(verdict.detail))[:_DETAIL]


def _code(verdict: Verdict) -> str:
    said = " ".join(str(part) for part in (verdict.code, verdict.status) if part)
    return _storable(said)[:_CODE]


def _storable(text: str) -> str:
    """What PostgreSQL takes: no NUL, no half of a surrogate pair; JSON can say both."""
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode())
