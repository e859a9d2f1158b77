"""Tells operators by mail what happened at the console."""

from syndicate import clock, jobs, logs
from syndicate.errors import SettingsError
from syndicate.mail import to_operators
from workers.app import app

log = logs.get(__name__)


@app.task(name=jobs.TELL_OPERATORS.name)
def tell_operators() -> None:
    """Send what they have not been told yet. Safe to run twice."""
    try:
        to_operators.tell(clock.now())
    except SettingsError as error:
        log.warning("operators_not_told", reason=str(error))
