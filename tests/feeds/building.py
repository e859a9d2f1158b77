"""Feeds built as the queue does it: as often as anything is due, however slow the machine is."""

import datetime as dt

from syndicate.feeds import publish


def publish_due(now: dt.datetime) -> int:
    """How many feeds were built. One call of the program's own ends after some seconds."""
    built = 0
    while count := publish.publish_due(now):
        built += count
    return built
