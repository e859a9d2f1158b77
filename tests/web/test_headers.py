"""The headers that bind browsers, whatever a feed's pictures are called."""

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from syndicate.store.content.pictures import Picture
from syndicate.store.ground.session import transaction
from syndicate.web.headers import content_policy
from tests.web.newsroom import Newsroom

LONG = [f"https://{number:02}{'x' * 60}.{'y' * 63}.{'z' * 63}.example" for number in range(60)]
USUAL = [f"https://media{number}.daily.example" for number in range(30)]


@pytest.mark.parametrize("media", [[], USUAL, LONG, [*LONG, *USUAL], USUAL * 20])
def test_long_names_of_picture_hosts_do_not_fill_the_head_of_a_page(media: list[str]) -> None:
    policy = content_policy(media=media)

    assert len(policy) < 3000
    assert all(policy.count(f" {each}") == 2 for each in USUAL if each in media)


def test_no_feed_makes_the_front_page_a_502(browser: TestClient, newsroom: Newsroom) -> None:
    assert newsroom.english
    with transaction() as tx:
        for number, picture in enumerate(tx.scalars(select(Picture))):
            picture.url = f"{LONG[number]}/picture.jpg"

    answer = browser.get("/")

    head = sum(len(name) + len(value) + 4 for name, value in answer.headers.items())
    assert LONG[0][:60] in answer.text
    assert head < 4000  # what a proxy has room for, with its own
