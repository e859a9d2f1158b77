"""Whoever may do everything in one publication does nothing in another, whatever the verb."""

import pytest

from tests import matrix
from tests.verbs.asked import Done
from tests.verbs.conftest import Faces, Place, audited
from tests.verbs.table import DONE
from tests.verbs.test_verbs import EVERYTHING

# One way to ask for each verb that a program or a page can ask for.
# Of a reader elsewhere one does not even learn that there is one.
UNSEEN = {
    *("subscribers.readers.look", "subscribers.readers.why", "subscribers.care.copy"),
    *("subscribers.care.resend", "subscribers.own_data.give_out"),
    "newsletters.reader_copy.coming",
}
ROWS = {row.verb: row for row in DONE if set(row.asked.faces()) - {"cli"}}


@pytest.mark.parametrize("row", matrix.rows(ROWS, every=2))
def test_a_token_of_one_publication_moves_nothing_of_another_and_nothing_of_all(
    row: Done, faces: Faces, place: Place
) -> None:
    faces.publication_id = int(str(place["other"]))
    face = next(each for each in ("api", "console") if getattr(row.asked, each) is not None)

    if row.before is not None:
        Faces(faces.browser, place).ask("api", row.before, EVERYTHING)
    before = audited()
    answer = faces.ask(face, row.asked, EVERYTHING)

    if row.verb in UNSEEN:
        assert answer.status == 404, answer.text
    else:
        assert answer.status == 403, answer.text
        assert "for a part of this installation; this concerns" in answer.text
    assert audited() == before
