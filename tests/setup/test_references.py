"""What a file names and nobody has is told with all that is wrong in it."""

from pathlib import Path

import pytest

from syndicate.cli import setup as command
from tests.cli.asking import ask
from tests.setup.test_setup import CMS, COURIER, DESK, apply

pytestmark = pytest.mark.usefixtures("database")


def test_all_faults_are_one_answer_whoever_finds_them(tmp_path: Path) -> None:
    """A missing file, a role, a section, a colour that cannot be read and a logo that is none."""
    file = tmp_path / "newsroom.toml"
    (tmp_path / "logo.png").write_text("no picture")
    paper = COURIER + 'colour = "#eeeeee"\nlogo = "logo.png"\n'
    letter = '[[newsletters]]\nslug = "noon"\nname = "Noon"\nsections = ["moon"]\n'
    file.write_text(paper + letter + DESK.replace("admin", "edtor") + CMS)

    told = ask(command.setup, file)

    assert (told.code, [each.partition("; ")[0] for each in told.err.splitlines()]) == (
        2,
        [
            "newsroom.toml, line 17: There is no permission or role edtor",
            ("newsroom.toml, line 8: This is not a picture that mail programs show"),
            "newsroom.toml, line 23: There is no file cms-token",
            "newsroom.toml, line 12: No publication has a section moon",
            "newsroom.toml, line 7: The colour #eeeeee cannot be read on white",
        ],
    )


def test_what_the_verbs_refuse_is_told_at_once_and_nothing_that_leans_on_it(tmp_path: Path) -> None:
    file = tmp_path / "newsroom.toml"
    paper = COURIER + 'colour = "#eeeeee"\n'
    gazette = COURIER.replace("courier", "gazette") + 'colour_on_dark = "#111111"\n'
    file.write_text(paper + gazette + DESK.replace("admin", "editor in courier"))

    told = ask(command.setup, file)

    assert (told.code, told.err.splitlines()) == (
        2,
        [
            (
                "newsroom.toml, line 7: The colour #eeeeee cannot be read on white; choose a "
                "darker one."
            ),
            (
                "newsroom.toml, line 14: The colour #111111 cannot be read on a dark screen; "
                "choose a lighter one."
            ),
        ],
    )


def test_a_section_by_its_former_slug_is_told_what_it_is_called_now(tmp_path: Path) -> None:
    file = tmp_path / "newsroom.toml"
    apply(file, COURIER + '[[sections]]\nslug = "culture"\nname = "Culture"\n')
    arts = '[[sections]]\nslug = "arts"\nwas = "culture"\nname = "Arts"\n'
    named = {
        "newsletters": 'name = "Noon"\nsections = ["culture"]',
        "feeds": 'title = "Noon"\nsections = ["culture"]',
        "sections": 'name = "Film"\nparent = "culture"',
        "sources": 'url = "http://news.example/rss"\nsection = "culture"',
    }
    file.write_text(COURIER + arts + "".join(
        f'[[{plural}]]\nslug = "noon"\n{rest}\n' for plural, rest in named.items()
    ))  # fmt: skip

    before = ask(command.setup, file)
    apply(file, COURIER + arts)
    file.write_text(file.read_text() + '[[newsletters]]\nslug = "noon"\n' + named["newsletters"])
    after = ask(command.setup, file)

    renamed = "The section culture is called arts now; name it so."
    assert before.code == after.code == 2
    assert [line.partition(": ")[2] for line in before.err.splitlines()] == [renamed] * 4
    assert after.err == f"newsroom.toml, line 14: {renamed}"


def test_all_faults_are_told_at_once_with_what_is_neither_in_the_file_nor_in_rows(
    tmp_path: Path,
) -> None:
    file = tmp_path / "newsroom.toml"
    apply(file, COURIER + '[[sections]]\nslug = "world"\nname = "World"\n')
    letter = (
        '[[newsletters]]\nslug = "noon"\nname = "Noon"\nzone = "Europe/Whitby"\n'
        'sections = ["world", "late", "asia"]\n'
    )
    other = '[[sections]]\nslug = "night"\nname = "Night"\npublication = "gazette"\n'
    late = '[[sections]]\nslug = "late"\nname = "Late"\nparent = "moon"\ndesk = "sky"\n'
    file.write_text(COURIER.replace("zone =", "zoen =") + late + letter + other)

    told = ask(command.setup, file)
    file.write_text(COURIER + late + letter.replace("Whitby", "London") + other)
    again = ask(command.setup, file)

    nowhere = [
        "newsroom.toml, line 10: The Courier has no section moon; make it first.",
        "newsroom.toml, line 11: The Courier has no desk sky; make it first.",
        (
            "newsroom.toml, line 20: There is no publication gazette; the list of publications "
            "shows all there are."
        ),
        "newsroom.toml, line 16: No publication has a section asia; make it first.",
    ]
    assert told.err.splitlines() == [
        "newsroom.toml, line 5: A publication has no field zoen; did you mean zone?",
        (
            "newsroom.toml, line 15: There is no time zone Europe/Whitby; "
            "name one such as Europe/London."
        ),
        *nowhere,
    ]
    assert (told.code, again.code) == (2, 2)
    assert again.err.splitlines() == nowhere
