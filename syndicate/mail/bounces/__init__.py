"""What became of mail after the relay took it: bounces, complaints, delivery events.

    raw mail ─> reading ─> report ─> arf | dsn | prose ─> verdicts      classify: pure, no database
    provider's POST ─> webhooks ─────────────────────────> happenings
    verdicts and happenings ─> keep ─> delivery_event once, suppression by rule

Only codes that speak of the address itself count against it. What speaks of us (reputation, policy,
content) opens an incident, and never costs a reader the paper.
"""
