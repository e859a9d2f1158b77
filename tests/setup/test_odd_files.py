"""`newsroom.toml` as a hurried hand writes it: slugs that pass on, files that nothing can hold."""

import re
from pathlib import Path

import pytest

from syndicate.cli import setup as command
from syndicate.errors import InvalidError, SyndicateError
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from tests.cli.asking import ask
from tests.setup.test_setup import CMS, COURIER, apply

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "newsroom.toml"


def section(slug: str, name: str, was: str | None = None) -> str:
    said = f'[[sections]]\nslug = "{slug}"\nname = "{name}"\n'
    return said + (f'was = "{was}"\n' if was is not None else "")


def named_sections() -> dict[int, tuple[str, str]]:
    with transaction() as tx:
        owner = publications.all_publications(tx)[0]
        return {each.id: (each.slug, each.name) for each in publications.sections_of(tx, owner.id)}


def test_a_slug_that_is_left_can_be_taken_by_another_in_the_same_file(file: Path) -> None:
    apply(file, COURIER + section("a", "A") + section("b", "B"))
    first, second = named_sections()

    moved = COURIER + section("a", "New") + section("b", "A", "a") + section("c", "B", "b")
    apply(file, moved)
    again = apply(file, moved)

    found = named_sections()
    assert (found.pop(first), found.pop(second)) == (("b", "A"), ("c", "B"))
    assert list(found.values()) == [("a", "New")]
    assert (again.create, again.changed, again.missing) == ([], [], [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            section("b", "A", "a") + section("a", "B", "b"),
            (
                "line 15: a and b cannot change places in one file; "
                "give one of them a third slug first."
            ),
        ),
        (
            section("x", "A", "b") + section("y", "B", "b"),
            "line 15: Two sections cannot both have been b; say it of one of them.",
        ),
        (
            '[[sections]]\nslug = "b"\nname = "A"\nwas = ["a"]\n',
            "line 11: The slug that a section had before must be text.",
        ),
    ],
)
def test_former_slugs_that_leave_doubt_are_refused(file: Path, text: str, sentence: str) -> None:
    apply(file, COURIER + section("a", "A") + section("b", "B"))
    before = named_sections()

    with pytest.raises(InvalidError) as refusal:
        apply(file, COURIER.rstrip() + "\n\n" + text)

    assert str(refusal.value) == f"newsroom.toml, {sentence}"
    assert named_sections() == before


def test_a_file_that_no_disk_or_number_can_hold_is_refused_in_one_sentence(file: Path) -> None:
    for line, sentence in (
        (f"x = {'9' * 5000}", "newsroom.toml holds a number that is too long to be read."),
        (f'logo = "/{"a" * 5000}"', f"There is no file /{'a' * 59}…, which is named as logo."),
        ("logo = 5", "newsroom.toml, line 7: The logo is the path of a file; write it in quotes."),
        (CMS.replace("cms-token", "/" + "a" * 5000), "newsroom.toml, line 12: There is no file /a"),
    ):
        with pytest.raises(SyndicateError, match=re.escape(sentence)):
            apply(file, COURIER + line)
    assert ask(command.setup, "a" * 5000).code != 0


def test_a_picture_that_is_far_too_large_is_not_read_to_its_end(file: Path) -> None:
    with (file.parent / "logo.png").open("wb") as logo:
        logo.truncate(1024**4)  # which no memory holds, and takes no room on the disk

    with pytest.raises(InvalidError, match="The picture is larger than 256 KiB"):
        apply(file, COURIER + 'logo = "logo.png"\n')


def test_a_file_of_an_editor_that_marks_its_encoding_is_read(file: Path) -> None:
    file.write_text(COURIER, "utf-8-sig")

    assert apply(file).create == [("publication", "courier")]
