"""Bytes of strangers into records: feeds, sitemaps and pages of newsrooms.

    bytes ─> encoding ─┬─> feeds/   RSS, Atom, JSON Feed, sitemaps ──┬─> records
                       └─> pages/   an article's own page ───────────┘

Nothing here knows a row, a setting or the network. A document that nobody can read is an error with
a sentence. `pool` reads in child processes, which a hostile document may bring down.
"""
