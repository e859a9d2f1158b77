"""What is frozen of an issue beside its words."""

import pytest

from syndicate import clock
from syndicate.mail.mime import headers
from syndicate.mail.mime.senders import Sender
from syndicate.newsletters import freeze
from syndicate.newsletters.compose import Draft
from syndicate.render.email import render
from syndicate.store.newsroom.newsletters import Newsletter
from tests import rows
from tests.house.test_mails import CONTEXTS


@pytest.mark.parametrize(
    ("address", "list_id"),
    [
        ("news@daily.example", "morning.lists.daily.example"),
        ("news@أخبار.example", "morning.lists.xn--igbicxr.example"),
    ],
)
@pytest.mark.usefixtures("settings_env")
def test_a_lists_name_is_ascii_whatever_the_script_of_its_domain(
    address: str, list_id: str
) -> None:
    owner = rows.unsaved_publication(sender_address=address, translations={})
    morning = Newsletter(slug="morning", name="Morning", description="", translations={})
    draft = Draft((), (), (render("digest", "en", CONTEXTS["digest"]),), b"", 0)

    first, *_ = freeze.frozen_rows(morning, owner, draft, Sender(address), clock.now())

    assert first.headers is not None
    assert first.headers["list_id"] == list_id
    assert headers.list_id("List-Id", "Morning", str(first.headers["list_id"])).isascii()
