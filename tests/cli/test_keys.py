"""`syndicate keys`, as an operator sees it: names and moments, secrets once, refusals."""

import stat
from pathlib import Path

import pytest

from syndicate import master_key, settings
from syndicate.cli import keys as command
from syndicate.keys import listing, sealing
from syndicate.settings import FIELDS
from syndicate.store.ground.session import transaction
from tests import rows
from tests.cli.asking import Answer, ask, cells
from tests.keys.rotation import held, put, tick

pytestmark = pytest.mark.usefixtures("database")
# Numbers of the day that stand in a table.
KNOWN = {"name", "kind", "about", "state", "made_at", "used_since", "used_at", "ends_at"}


def run(*arguments: object) -> Answer:
    return ask(command.app, *arguments)


def daily() -> None:
    with transaction() as tx:
        rows.publication(tx)


def test_every_key_is_listed_by_name_and_none_is_shown() -> None:
    daily()
    tick()

    done = run("list")

    assert cells(done.out, "master")[:2] == [held().ids[0], "signing"]
    assert cells(done.out, "push:daily")[:2] == ["Daily", "derived from the master key"]
    assert held().signs.hex() not in done.out
    said = run("list", "--json").said["keys"]
    assert {each["name"] for each in said} >= {"master", "addresses", "push:daily"}
    assert set(said[0]) == KNOWN | {"protects", "rotates", "is_passing"}


def test_the_key_of_the_settings_is_listed_beside_those_of_rows(
    settings_env: pytest.MonkeyPatch,
) -> None:
    settings_env.setenv("SYNDICATE_DKIM_DOMAIN", "courier.example")
    settings.load.cache_clear()

    found = cells(run("list").out, "dkim:courier.example")

    assert found[:2] == ["syndicate", "of SYNDICATE_DKIM_KEY_FILE"]


def test_every_secret_that_others_give_us_is_in_the_list() -> None:
    secret = {name for name, each in FIELDS.items() if "SecretStr" in str(each.type)} - {
        "master_key"
    }

    assert secret <= set(listing.OF_SETTINGS)


def test_a_new_secret_is_printed_once_and_what_comes_next_beside_it() -> None:
    daily()

    done = run("rotate", "push:daily", "--days", 3)

    assert len(done.out.strip()) == 64
    assert done.err.startswith("Give it to the CMS: it signs with it from now on.")
    assert done.out.strip() not in run("list").out
    assert run("end", "push:daily").out == "What came before push:daily no longer works.\n"
    assert run("end", "push:daily", "--json").said == {"key": "push:daily", "ended": False}


def test_the_master_key_is_rotated_line_by_line(
    settings_env: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tick()
    file = tmp_path / "line"

    first = run("rotate", "master", "--to", file)

    assert (first.code, first.out.startswith("The key ")) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert held().signs.hex() in file.read_text()
    assert held().signs.hex() not in first.out + first.err
    put(settings_env, master_key.read(file.read_text().strip()))
    tick()
    second = run("rotate", "master", "--json").said
    assert (second["is_written"], second["held"][0]) == (False, second["key"])
    put(settings_env, master_key.read(second["secret"]))
    tick()
    sealing.renew_rows(held())
    refused = run("end", "master")
    assert (refused.code, "`--early` ends them now" in refused.err) == (4, True)
    third = run("end", "master", "--early")
    assert master_key.read(third.out.strip()).ids == (second["key"],)


def test_a_secret_overwrites_no_file(tmp_path: Path) -> None:
    daily()
    file = tmp_path / "there"
    file.write_text("mine")

    done = run("rotate", "push:daily", "--to", file)

    assert done.code == 4
    assert done.err == (
        f"The secret cannot be written to {file} (File exists); name a file that is not there yet."
    )
    assert file.read_text() == "mine"
    assert cells(run("list").out, "push:daily")[1] == "derived from the master key"
