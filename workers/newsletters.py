"""Composing issues: digests on the build queue, what is in a hurry on the urgent one."""

import sys
from typing import Any

from celery.signals import worker_ready

from syndicate import clock, jobs
from syndicate.newsletters import alerts, renew, run, warm
from workers.app import app, queues_of


@app.task(name=jobs.COMPOSE_ISSUE.name)
def compose(issue_id: int) -> None:
    """Compose an issue and let the senders have it. Safe to run twice."""
    run.compose_issue(issue_id, clock.now())


@app.task(name=jobs.COMPOSE_ALERT.name)
def compose_alert(issue_id: int) -> None:
    """The same for an alert, ahead of every digest. Safe to run twice."""
    run.compose_issue(issue_id, clock.now())


@app.task(name=jobs.RENEW_CONTENT.name)
def renew_content(mailing_id: int) -> None:
    """Give a mailing whose story was corrected a new version of its content. Safe to run twice."""
    renew.renew_content(mailing_id, clock.now())


@app.task(name=jobs.OPEN_ALERTS.name)
def open_alerts() -> None:
    """Open, compose and send the alert of every article that is due. Safe to run twice."""
    alerts.send_due(clock.now())


@worker_ready.connect
def _warm_up(**_kwargs: Any) -> None:
    """The first alert after a start waits for no template."""
    if jobs.OPEN_ALERTS.queue in queues_of(sys.argv):
        warm.warm_up(clock.now())
