"""Pausing a mailing that goes wrong: too many readers refused for good, or complaining.

A list that was bought or is years old shows in the first hundreds; then a mailing is paused for a
person to look at. Resumed by one, it is not paused again.
"""

import datetime as dt

from syndicate import logs, settings
from syndicate.store.ground.session import transaction
from syndicate.store.platform import audit
from syndicate.store.sending import ledger
from syndicate.store.views import progress
from syndicate.vocabulary.acts import Act
from syndicate.vocabulary.sending import MailingState

log = logs.get(__name__)

# Fewer answers than this say nothing.
MIN_ANSWERS = 200
MIN_ACCEPTED = 1000
ACTOR = "guard"


def check(now: dt.datetime) -> list[int]:
    """Pause every mailing over a threshold that was not paused for it before. Safe to run twice.

    Args:
        now: aware UTC.

    Returns:
        Ids of the mailings paused.
    """
    configured = settings.load()
    paused = []
    with transaction() as tx:
        for health in progress.healths(tx, min_answers=MIN_ANSWERS):
            why = reason(
                health,
                bounces=configured.mail_pause_bounces,
                complaints=configured.mail_pause_complaints,
            )
            subject = f"mailing:{health.mailing_id}"
            if why is None or audit.has(tx, actor=ACTOR, subject=subject):
                continue
            was = (MailingState.SENDING,)
            ledger.change_state(tx, health.mailing_id, was=was, to=MailingState.PAUSED)
            act = Act.MAILING_PAUSE
            audit.record(tx, at=now, actor=ACTOR, action=act, subject=subject, why=why)
            paused.append(health.mailing_id)
            log.error("mailing_paused_by_guard", mailing=health.mailing_id, why=why)
    return paused


def reason(health: progress.Health, *, bounces: float, complaints: float) -> str | None:
    """Why a mailing should be paused, in words, or None. Pure.

    Args:
        health: its numbers.
        bounces: share of refusals that is too much; 0 is never.
        complaints: share of complaints that is too much; 0 is never.
    """
    answers = health.accepted + health.refused
    if bounces and answers >= MIN_ANSWERS and health.refused > answers * bounces:
        return f"{health.refused} of {answers} readers were refused for good"
    if (
        complaints
        and health.accepted >= MIN_ACCEPTED
        and health.complaints > health.accepted * complaints
    ):
        return f"{health.complaints} of {health.accepted} readers complained"
    return None
