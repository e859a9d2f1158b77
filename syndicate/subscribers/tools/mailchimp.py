"""Mailchimp: learnt from files and documents (docs/facts/readers.md#mailchimp).

Its archive of several files is read by their names (`subscribers.packed`).
"""

from syndicate.subscribers.tools.tool import Tool

MAILCHIMP = Tool(
    "Mailchimp",
    has=frozenset({"email address", "member rating", "leid"}),
    agreed=("confirm time", "optin time"),
)
