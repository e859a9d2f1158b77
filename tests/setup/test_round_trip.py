"""What an export writes is taken as it is: here it changes nothing, elsewhere it makes the same."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from syndicate import clock
from syndicate.errors import MissingError, RefusedError
from syndicate.newsroom import operators, roster, tokens, verbs
from syndicate.newsroom.making.acts import Key
from syndicate.setup import applying, document, export, references
from syndicate.setup.applying import Applied, Way
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground import session
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.syndication import feeds
from tests.clean_database import CleanDatabase
from tests.setup.odd_newsrooms import newsroom

SHELF = {each.kind.plural: each for each in SHELVES}
DESK = verbs.in_shell("desk")
SECRET = "0123456789abcdef" * 3
pytestmark = pytest.mark.usefixtures("database", "valkey_url")


def make(wanted: Mapping[str, Sequence[Any]]) -> None:
    with transaction() as tx:
        for plural, shelf in SHELF.items():
            for each in wanted.get(plural, ()):
                given = dict(each)
                if plural == "tokens":
                    granted = tokens.permitted(given.pop("permissions"))
                    name, owner = given.pop("slug"), given.pop("publication", None)
                    how: dict[str, Any] = {"days": 30 if given else None, "publication": owner}
                    tokens.add(tx, name, granted, **how, actor=DESK, now=clock.now())
                elif shelf.add is not None:
                    shelf.add(tx, given, actor=DESK, now=clock.now())


def exported(folder: Path) -> str:
    with transaction() as tx:
        found = export.export(tx)
    for name, body in found.pictures.items():
        (folder / name).write_bytes(body)
    return found.text


def apply(folder: Path, text: str) -> Applied:
    file = folder / "newsroom.toml"
    file.write_text(text)
    now = clock.now()
    wanted = document.read(file, None, partial(references.missing, actor=DESK, now=now))
    return applying.apply(wanted, Way(), actor=DESK, now=now)


def is_taken(folder: Path, clean: CleanDatabase) -> None:
    """What is there is exported, changes nothing here, and makes the same elsewhere."""
    text = exported(folder)
    again = apply(folder, text).as_json()
    assert {name: value for name, value in again.items() if value and name != "unchanged"} == {}
    empty(clean)
    apply(folder, text)
    assert exported(folder) == text.partition("\n# The tokens are left")[0]


def empty(clean: CleanDatabase) -> None:
    session.dispose()
    clean.give_back()
    clean.take()


@hypothesis.settings(
    max_examples=hypothesis.settings().max_examples // 2,
    phases=[hypothesis.Phase.generate],  # each example is two newsrooms: none is made smaller
    suppress_health_check=list(hypothesis.HealthCheck),
)
@hypothesis.given(wanted=newsroom())
def test_an_export_is_taken_here_and_elsewhere(
    wanted: dict[str, Any], tmp_path: Path, clean_database: CleanDatabase
) -> None:
    empty(clean_database)
    make(wanted)

    is_taken(tmp_path, clean_database)


def change(plural: str, named: str, /, **given: object) -> None:
    with transaction() as tx:
        SHELF[plural].change(tx, key(plural, named), given, actor=DESK, now=clock.now())


def end(plural: str, slug: str) -> None:
    ending = SHELF[plural].end
    assert ending is not None
    with transaction() as tx:
        ending(tx, key(plural, slug), actor=DESK, now=clock.now())


def key(plural: str, slug: str) -> Key:
    return Key(slug, "zulu" if SHELF[plural].kind.is_within else None)


def paper(slug: str = "zulu", **more: object) -> dict[str, object]:
    return {"slug": slug, "name": slug.title(), "language": "en", "zone": "UTC",
            "sender_address": "news@news.example"} | more  # fmt: skip


def own(slug: str, **more: object) -> dict[str, object]:
    return {"publication": "zulu", "slug": slug, "name": slug.title()} | more


def feed(slug: str, **more: object) -> dict[str, object]:
    return {"publication": "zulu", "slug": slug, "title": f"All {slug}"} | more


PAPER = {"publications": [paper()]}
SECTIONS = {"sections": [own("asia"), own("world"), own("europe")]}


def test_what_is_granted_for_a_newsletter_that_ended_is_nowhere_said_and_stays(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    words = ["viewer for the newsletter noon", "viewer in zulu"]
    night = {"slug": "night", "name": "Night", "address": "night@news.example", "grants": words}
    make(PAPER | {"newsletters": [own("noon")], "operators": [night]})
    end("newsletters", "noon")
    change("operators", "night", name="Night desk", grants=["editor in zulu"])

    with transaction() as tx:
        held = roster.one(tx, operators.named(tx, "night")).grants
    assert {each.publication or each.newsletter for each in held} == {"zulu", "noon"}
    with pytest.raises(MissingError, match=r"Noon has ended; leave out what is granted for it\."):
        change("operators", "night", grants=words)
    is_taken(tmp_path, clean_database)


def test_nothing_that_is_in_use_names_a_section_that_is_retired(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    make(
        PAPER
        | SECTIONS
        | {
            "sources": [own("wire", url="https://a.example/", section="asia")],
            "feeds": [feed("east", sections=["asia", "world"]), feed("far", sections=["asia"])],
        }
    )
    with pytest.raises(RefusedError) as refused:
        end("sections", "asia")
    change("feeds", "far", sections=["europe"])
    end("sections", "asia")

    assert str(refused.value) == (
        "The feed far has stories of the section asia alone; name another one for it first, or "
        "retire it."
    )
    assert 'sections = ["world"]' in exported(tmp_path)
    is_taken(tmp_path, clean_database)


def test_a_feed_by_a_rule_keeps_slug_and_title_that_a_section_came_to_later(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    make(
        PAPER
        | {"feeds": [feed("asia", words=["a"]), feed("flood", title="Zulu: World", words=["b"])]}
    )
    make({"sections": [own("asia"), own("world")]})

    is_taken(tmp_path, clean_database)

    with transaction() as tx:
        owner = publications.all_publications(tx)[0]
        every = {each.slug: each.title for each in feeds.offered(tx, owner.id)}
    assert (every["asia"], every["asia-feed"]) == ("All asia", "Zulu: Asia")
    assert (every["flood"], every["world"]) == ("Zulu: World", "Zulu: World (world)")


def test_sections_stand_as_they_stood_also_where_a_parent_came_later(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    make(PAPER | SECTIONS)
    change("sections", "asia", parent="europe")
    change("sections", "world", slug="earth", name="Earth")
    change("sections", "earth", name="World")

    is_taken(tmp_path, clean_database)


def test_a_profile_that_toml_has_no_word_for_is_exported(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    profile = {"published": {"select": "time", "format": None}}
    make(
        PAPER | {"sources": [own("wire", url="https://a.example/", profile=profile, robots="obey")]}
    )

    is_taken(tmp_path, clean_database)


def test_a_token_in_an_export_is_made_elsewhere_by_whoever_brings_a_secret(
    tmp_path: Path, clean_database: CleanDatabase
) -> None:
    name = 'c"m\\s \u200f#1'
    make(PAPER | {"tokens": [{"slug": name, "permissions": ["editor"], "days": 30}]})
    text = exported(tmp_path)
    empty(clean_database)
    secret = tmp_path / "cms-token"
    secret.touch(0o600)
    secret.write_text(SECRET)
    whole, _, said = text.partition("# [[tokens]]\n")
    said = "".join(line.removeprefix("# ") for line in said.splitlines(keepends=True))

    done = apply(tmp_path, f'{whole}[[tokens]]\n{said}secret_file = "cms-token"\n')

    assert done.create == [("publication", "zulu"), ("token", name)]
    assert exported(tmp_path) == text
