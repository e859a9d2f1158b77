"""The sending jobs: one per lane, each a call into `mail.sending.deliver`."""

from syndicate import jobs
from syndicate.mail.sending import deliver
from syndicate.vocabulary.sending import Lane
from workers.app import app, is_stopping


@app.task(name=jobs.SEND_URGENT.name)
def send_urgent() -> None:
    """Send what is ready in the urgent lane. Safe to run twice; ends within 60 s."""
    deliver.send_lane(Lane.URGENT, should_stop=is_stopping)


@app.task(name=jobs.SEND_BULK.name)
def send_bulk() -> None:
    """Send what is ready in the bulk lane. Safe to run twice; ends within 60 s."""
    deliver.send_lane(Lane.BULK, should_stop=is_stopping)
