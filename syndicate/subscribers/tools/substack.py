"""Substack: learnt from files and from what reads them (docs/facts/readers.md#substack).

It gives out two kinds. That of the dashboard says when a paid plan was cancelled, which is nothing
that its reader said of mail.
"""

from syndicate.subscribers.tools.tool import Tool

SUBSTACK = Tool(
    "Substack",
    has=frozenset({"email", "active subscription", "email disabled"}),
    agreed=("created at",),
)
SUBSTACK_DASHBOARD = Tool(
    "Substack (dashboard)",
    has=frozenset({"email", "stripe plan", "cancel date", "start date"}),
    known=("start date",),
    unasked=frozenset({"cancel date"}),
)
