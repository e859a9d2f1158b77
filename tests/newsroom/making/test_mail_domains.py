"""Whoever edits one publication has no mail sent in another one's name, nor signed with its key."""

import pytest

from syndicate import settings
from syndicate.errors import InvalidError
from syndicate.newsroom.making import publications, streams
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Actor, Grant, Permission
from syndicate.store.sending import dkim_keys
from tests.newsroom.making.conftest import COURIER, NOW, Maker

REFUSED = "is another sender's; choose courier.example or one below it, or ask somebody who can"


@pytest.fixture
def desk(make: Maker, courier: int, settings_env: pytest.MonkeyPatch) -> Maker:
    """Somebody who edits the Courier alone; there are others, and keys."""
    settings_env.setenv("SYNDICATE_DKIM_DOMAIN", "House.Example")
    settings.load.cache_clear()
    for slug, domain in (("herald", "news.herald.example"), ("paper", "paper.group.co.uk")):
        own = {"slug": slug, "sender_address": f"news@{domain}"}
        make.add(publications.SHELF, **{**COURIER, **own})
    make.add(
        streams.SHELF, publication="herald", slug="alert", return_domain="back.evening.example"
    )
    with transaction() as tx:
        dkim_keys.add(tx, "mail.gone.example", "s1", b"", now=NOW)
        dkim_keys.add(tx, "courier.example", "s1", b"", now=NOW)
    grants = frozenset({Grant(Permission.NEWSROOM, courier)})
    make.actor = Actor("operator:desk", frozenset({Permission.NEWSROOM}), 1, grants=grants)
    return make


@pytest.mark.parametrize(
    ("domain", "is_theirs"),
    [
        ("courier.example", True),
        ("alerts.courier.example", True),
        ("alerts.evening-courier.example", True),
        ("notnews.herald.example.net", True),
        ("news.herald.example", False),
        ("NEWS.Herald.example", False),
        ("news\uff0eherald\u3002example", False),
        ("a.news.herald.example", False),
        ("other.herald.example", False),
        ("herald.example", False),
        ("evening.example", False),
        ("group.co.uk", False),
        ("house.example", False),
        ("sub.house.example", False),
        ("gone.example", False),
    ],
)
def test_a_domain_is_ones_own_or_nobodys(desk: Maker, domain: str, *, is_theirs: bool) -> None:
    desk.add(streams.SHELF, publication="courier", slug="digest")
    for shelf, slug, name, value in (
        (streams.SHELF, "digest", "return_domain", domain),
        (streams.SHELF, "digest", "sender_address", f"a@{domain}"),
        (publications.SHELF, "courier", "sender_address", f"a@{domain}"),
    ):
        if is_theirs:
            assert set(desk.set(shelf, slug, **{name: value})) == {name}
            continue
        with pytest.raises(InvalidError) as caught:
            desk.set(shelf, slug, **{name: value})
        assert REFUSED in caught.value.ids["fields"][name]


def test_what_is_there_already_stays_and_whoever_edits_everything_is_free(desk: Maker) -> None:
    scoped, desk.actor = desk.actor, Maker.actor
    desk.add(
        streams.SHELF, publication="courier", slug="digest", sender_address="a@news.herald.example"
    )
    desk.actor = scoped

    desk.set(streams.SHELF, "digest", sender_name="Digest", sender_address="b@news.herald.example")

    with pytest.raises(InvalidError, match=REFUSED):
        desk.set(streams.SHELF, "digest", sender_address="b@other.herald.example")


def test_a_group_whose_papers_share_a_domain_keeps_it(desk: Maker) -> None:
    scoped, desk.actor = desk.actor, Maker.actor
    desk.set(publications.SHELF, "courier", sender_address="courier@news.herald.example")
    desk.actor = scoped

    desk.add(
        streams.SHELF, publication="courier", slug="alert", sender_address="a@x.news.herald.example"
    )

    with pytest.raises(InvalidError, match=r"choose news\.herald\.example or one below it"):
        desk.set(streams.SHELF, "alert", sender_address="a@herald.example")
