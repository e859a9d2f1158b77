"""listmonk: learnt from its code (docs/facts/readers.md#listmonk).

Its status is of the address, not of one list: who left a list is `enabled` all the same. So only
those who confirmed are to be exported.
"""

from syndicate.subscribers.tools.tool import Tool

LISTMONK = Tool(
    "listmonk",
    has=frozenset({"uuid", "email", "attributes", "status", "created at", "updated at"}),
    known=("created at",),
)
