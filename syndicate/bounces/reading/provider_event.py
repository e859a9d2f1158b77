"""An event that a provider reported about one message: verified, not yet stored."""

import datetime as dt
from dataclasses import dataclass

from syndicate.bounces.reading.verdict import Verdict


@dataclass(frozen=True)
class Told:
    """Something a provider told about one message.

    Attributes:
        verdict: what happened to it.
        at: when, aware UTC.
        message_id: ours, as it stands in the message; "" when the provider keeps it to itself.
        key: the provider's own name for the event.
    """

    verdict: Verdict
    at: dt.datetime
    message_id: str
    key: str
