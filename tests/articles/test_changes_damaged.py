"""What a text that came with damaged characters changes: nothing, until a whole one comes."""

import pytest

from syndicate.reading.records import Entry
from syndicate.vocabulary.articles import Change
from tests.articles.stories import ENTRY, TEXT, changed
from tests.articles.test_changes import altered, needed


@pytest.mark.parametrize(
    "after",
    [
        changed(ENTRY, title="T\ufffdtle"),
        changed(ENTRY, content=TEXT.replace("word7 ", "wo\ufffd7 ")),
        changed(ENTRY, title="Another", authors=("D\ufffdsk",)),
    ],
)
def test_a_text_that_came_damaged_changes_nothing(after: Entry) -> None:
    assert altered(after) is None


def test_a_damaged_text_is_mended_by_a_whole_one() -> None:
    before = changed(ENTRY, title="T\ufffdtle \ufffd")

    assert needed(altered(ENTRY, before)).change == Change.UPDATE
    assert needed(altered(changed(ENTRY, title="Title \ufffd"), before)).change == Change.UPDATE
    assert altered(before, before) is None
