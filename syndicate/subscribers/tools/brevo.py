"""Brevo: learnt from its documents; no true file was seen (docs/facts/readers.md#brevo).

An address may be added by anybody, so `ADDED_TIME` is no time at which a reader agreed.
"""

from syndicate.subscribers.tools.tool import Tool

BREVO = Tool(
    "Brevo",
    has=frozenset({"email", "added time", "modified time"}),
    known=("added time",),
)
