"""Mailtrain: learnt from its code; no true file was seen (docs/facts/readers.md#mailtrain)."""

from syndicate.subscribers.tools.tool import Tool

_STATUS = {"1": "subscribed", "2": "unsubscribed", "3": "bounced", "4": "complained"}
MAILTRAIN = Tool(
    "Mailtrain",
    has=frozenset({"cid", "email", "status", "hash email"}),
    means={"status": _STATUS},
)
