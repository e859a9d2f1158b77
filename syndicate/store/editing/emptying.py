"""What a row holds of an article's words, found by reflection: a new column is emptied unasked.

A takedown must not depend on somebody's remembering it when a column is added. So every column of
text, bytes or JSON is emptied, but for those that are named here with the reason why they stay.
"""

from sqlalchemy import ARRAY, Column, Enum, LargeBinary, String, inspect
from sqlalchemy.dialects.postgresql import JSON, JSONB

from syndicate.store.ground.schema import Object, Table

# What stays of a row that stays itself; a house test asks that each of these columns exists.
KEPT = {
    "article.atom_id": "the id by which feeds tell that it is gone",
    "article.language": "of the empty row; says nothing of the story",
    "article.direction": "likewise",
    "article_source.entry_key": "a hash, by which it is recognised when a source brings it again",
    "article_source.stem": "likewise",
    "article_source.entry_hash": "a hash, which says that the source has not changed it",
    "article_source.said_hash": "likewise, of what was pushed",
    "issue_story.section_slug": "the publication's own word, by which an issue is counted",
    "issue_story.language": "likewise",
    "mailing_content.language": "part of the block's key",
    "mailing_content.kind": "likewise",
}


def nothing_of(table: type[Table]) -> dict[str, object]:
    """Values for an update that empties a row: column name to nothing, in the column's own type."""
    columns = inspect(table).columns
    return {
        column.name: _nothing(column)
        for column in columns
        if _is_of_words(column) and f"{column.table.name}.{column.name}" not in KEPT
    }


def _is_of_words(column: Column[object]) -> bool:
    """Whether a column may hold what somebody wrote; an enum holds words of ours."""
    if isinstance(column.type, Enum) or column.foreign_keys:
        return False
    return isinstance(column.type, String | LargeBinary | JSON | JSONB | Object | ARRAY)


def _nothing(column: Column[object]) -> object:
    if column.nullable:
        return None
    if isinstance(column.type, ARRAY):
        return []
    if isinstance(column.type, LargeBinary):
        return b""
    return "" if isinstance(column.type, String) else {}
