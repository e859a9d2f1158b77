"""Making a newsroom: its publications, sections, desks and all else that is a row with fields.

`fields` says what a kind of thing has, `reading` reads it from whatever face it comes, `acts` is
the one frame of adding and changing, `shelves` is what a face needs to offer a kind.
"""
