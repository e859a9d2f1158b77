"""Ghost: learnt from its code and files (docs/facts/readers.md#ghost)."""

from syndicate.subscribers.tools.tool import Tool

GHOST = Tool(
    "Ghost",
    has=frozenset({"email", "subscribed to emails", "complimentary plan", "created at"}),
    agreed=("created at",),
)
