"""The hidden field of a public form: whoever's browser fills it in is told, and can go on."""

import pytest
from starlette.testclient import TestClient

from syndicate.store.ground.session import transaction
from syndicate.store.sending import ledger
from tests.web.newsroom import Newsroom
from tests.web.test_links import READER, stamp


@pytest.mark.parametrize(
    ("path", "form", "typed"),
    [
        ("/newsletters/morning", "sign-up:morning", {"address": READER}),
        ("/email", "email:{}", {"to": READER, "name": "Reader"}),
        ("/feedback", "feedback:{}", {"text": "Measure again.", "reply_to": READER}),
    ],
)
def test_a_form_whose_trap_a_browser_filled_in_says_so_and_works_with_the_next_click(
    browser: TestClient, newsroom: Newsroom, path: str, form: str, typed: dict[str, str]
) -> None:
    if not path.startswith("/newsletters"):
        path = newsroom.path("report") + path
    mark = stamp(form.format(newsroom.articles["report"]))
    filled = typed | {"stamp": mark, "website": "https://shop.example"}

    refused = browser.post(path, data=filled)

    assert refused.status_code == 422
    assert "Your browser filled in a field that you cannot see" in refused.text
    assert all(each in refused.text for each in typed.values())
    assert "shop.example" not in refused.text
    with transaction() as tx:
        assert ledger.newest(tx, limit=1, with_singles=True) == []
    assert f'name="stamp" value="{mark}"' in refused.text
    assert browser.post(path, data=typed | {"stamp": mark}).status_code == 200
    with transaction() as tx:
        assert len(ledger.newest(tx, limit=9, with_singles=True)) == 1
