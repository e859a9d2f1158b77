"""Alerts: an article that the newsroom wants told at once opens an issue of its own.

    asked for (store.composition.alerts) ─> due ─> composed and sent at once, on the urgent lane
                                └─> held   over the cap: an editor decides (`deciding`)

One alert of an article in each alert newsletter, whatever comes twice. Alerts for soft stories cost
readers: beyond the caps of an hour and a day nothing leaves by itself.
"""

import datetime as dt

from syndicate import jobs, logs, settings
from syndicate.newsletters import run
from syndicate.store.composition import alerts
from syndicate.store.composition.alerts import DueAlert
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.platform import installation
from syndicate.zones import zone_or_utc

log = logs.get(__name__)

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def send_due(now: dt.datetime) -> list[int]:
    """Open the alert of every article that is due and compose it. Safe to run twice, or at once.

    None is opened where mail is held as a copy's.

    Args:
        now: aware UTC.

    Returns:
        Ids of the issues that are new, the held ones too.
    """
    with transaction() as tx:
        wanted = alerts.due(tx, now=now) if installation.held_why(tx) is None else []
    opened = [issue_id for each in wanted if (issue_id := _open(each, now)) is not None]
    for issue_id in opened:
        run.compose_issue(issue_id, now)
    return opened


def hint_due(now: dt.datetime) -> None:
    """Wake whoever sends alerts when one is due; the tick's way."""
    with transaction() as tx:
        if alerts.has_due(tx, now=now):
            tx.hint(jobs.OPEN_ALERTS)


def _open(wanted: DueAlert, now: dt.datetime) -> int | None:
    with transaction() as tx:
        newsletter = alerts.lock_newsletter(tx, wanted.newsletter_id)
        held = _over_cap(tx, wanted.newsletter_id, now)
        local_date = now.astimezone(zone_or_utc(newsletter.zone)).date()
        issue = alerts.open_issue(tx, wanted, local_date=local_date, held=held, now=now)
    if issue is None:
        return None
    opened = log.warning if held else log.info
    opened("alert_opened", issue_id=issue.id, article_id=wanted.article_id, held=held)
    return issue.id


def _over_cap(tx: Transaction, newsletter_id: int, now: dt.datetime) -> str | None:
    configured = settings.load()
    caps = (
        (HOUR, configured.alerts_per_hour, "an hour"),
        (DAY, configured.alerts_per_day, "a day"),
    )
    for period, cap, name in caps:
        if alerts.opened_since(tx, newsletter_id, now - period) >= cap:
            return (
                f"There were {cap} alerts within {name} before it; "
                "send it anyway, or leave its article to the digests."
            )
    return None
