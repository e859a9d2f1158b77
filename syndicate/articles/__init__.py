"""Articles: which article an entry is, what it changes, and what editors do to it.

    entry ─> identity ─> decide ─> store_found ─> rows
                           │ changes, embargoes
    CMS ─> receive_push ───┘        editing, splitting: an editor's word

`identity`, `story`, `moved`, `decide`, `changes` and `embargoes` are pure. The rooms above
(collect, feeds, newsletters) do their part from the rows that are written here.
"""
