"""What needs a person: the one list that the console, /metrics and `syndicate doctor` read.

An alarm looks at the rows of this moment and writes none; what it finds are sentences, each with
the page where a person looks into it. A new alarm is a function and an `Alarm` in the module of
what it is about (`lateness`, `processes`, `silence`, `halts`, `outgoing`, `readers`, `content`,
`installation`), its place in `ringing.ALARMS`, its cases in tests/alarms/test_ringing.py, its row
in docs/operations.md and its page in docs/runbooks; the faces follow by themselves.

    look ─> needs ──────────────────────────> console, /metrics, doctor
             └─ of a bell ─> `watch`: rings ─> `telling`, until somebody has heard (`hearing`)

A row that nobody can read costs its own alarm and no other: that is then what the alarm says
(docs/decisions/0025-strict-at-the-door-lenient-in-the-house.md). A database that is away is no
such row.
"""
