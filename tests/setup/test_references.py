"""What a file names and nobody has is told with all that is wrong in it."""

from pathlib import Path

import pytest

from syndicate.cli import setup as command
from tests.cli.asking import ask
from tests.setup.test_setup import COURIER, apply

pytestmark = pytest.mark.usefixtures("database")


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
        "newsroom.toml, line 15: There is no time zone Europe/Whitby; name one as Europe/London.",
        *nowhere,
    ]
    assert (told.code, again.code) == (2, 3)
    assert again.err.splitlines() == nowhere
