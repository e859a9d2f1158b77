"""The only SQL in the house, on shelves; each uses those below it.

    views          what pages and operators read     maintenance   schema, retention, removal
    recovery       after a backup was restored
    editing        writing articles: found, changed, taken down
    syndication    feeds, their documents, the WebSub hub
    composition    issues, alerts, corrections, the audience
    sending        the ledger: mailings, leases, results   intake        sources, polls, pushes
    readers        subscribers, recipients, imports        content       articles, pictures, picks
    newsroom       publications, newsletters, incidents
    platform       installation, audit, tokens, counters
    ground         the connection, column types, sets of rows

Every function takes the open transaction first (`tx`), returns rows or frozen records, and is told
`now` by its caller. What one stage writes, another reads; the stages themselves never meet.
"""
