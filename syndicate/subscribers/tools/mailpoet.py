"""MailPoet: learnt from its code; no true file was seen (docs/facts/readers.md#mailpoet).

Who was brought in by hand or by an import never confirmed and is subscribed all the same: the two
columns of status say who may be mailed.
"""

from syndicate.subscribers.tools.tool import Tool

MAILPOET = Tool(
    "MailPoet",
    has=frozenset({"email", "list status", "global status"}),
    agreed=("confirmation time",),
    known=("subscription time",),
    unasked=frozenset({"confirmation time"}),
    lists="list",
)
