"""The only SQL in the house: one file per table family, its classes and its queries on one page.

Every function takes the open transaction first (`tx`), returns rows or frozen records, and is told
`now` by its caller. What one stage writes, another reads; the stages themselves never meet.
"""
