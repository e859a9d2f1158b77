"""What an installation remembers beside its database, for the day on which that is restored.

One module, one file: `takedowns` (what may never come back), `lives` (what was begun) and `readers`
(who left, returned, was suppressed or erased). All are made from rows by the tick, appended and
synced, and hold no reader's address.
"""
