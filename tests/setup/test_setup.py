"""`newsroom.toml`: all of it or nothing, again without effect, and every fault with its line."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from syndicate import clock
from syndicate.cli import setup as command
from syndicate.errors import (
    InvalidError,
    RefusedError,
    SyndicateError,
    UsageError,
)
from syndicate.newsroom import verbs
from syndicate.newsroom.making.fields import Kind
from syndicate.setup import applying, document, export
from syndicate.setup.applying import Applied, Way
from syndicate.setup.kinds import SHELVES
from syndicate.store.ground.session import transaction
from syndicate.store.newsroom import publications
from syndicate.store.platform.audit import Audit
from tests.cli.asking import ask
from tests.house.test_tree import ROOT

SHIPPED = ROOT / "deploy" / "newsroom.toml"
COURIER = """\
[[publications]]
slug = "courier"
name = "The Courier"
language = "en"
zone = "Europe/London"
sender_address = "news@courier.example"
"""
SECTIONS = """\
[[sections]]
slug = "asia"
name = "Asia"
parent = "world"

[[sections]]
slug = "world"
name = "World"

[sections.names]
ar = "العالم"
"""
DESK = """\
[[operators]]
slug = "desk"
name = "World desk"
address = "desk@courier.example"
grants = ["admin"]
"""
NIGHT = """\
[[operators]]
slug = "night"
name = "Night desk"
address = "night@courier.example"
grants = ["viewer in courier"]
"""
CMS = """\
[[tokens]]
slug = "cms"
permissions = ["editor"]
publication = "courier"
expires = 2031-12-31
secret_file = "cms-token"
"""
WEEKEND = '\n[[newsletters]]\nslug = "noon"\nname = "Noon"\n'
pytestmark = pytest.mark.usefixtures("database")


def apply(
    path: Path, text: str | None = None, *, dry: bool = False, retires: bool = False
) -> Applied:
    if text is not None:
        path.write_text(text)
    way = Way(is_dry=dry, retires=retires)
    return applying.apply(document.read(path), way, actor=verbs.in_shell("desk"), now=clock.now())


def lines() -> int:
    with transaction() as tx:
        return int(tx.scalar(select(func.count()).select_from(Audit)) or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "newsroom.toml"


def test_the_file_that_ships_makes_a_newsroom_and_again_changes_nothing() -> None:
    dry = apply(SHIPPED, dry=True)
    assert lines() == 0
    done = apply(SHIPPED)
    again = apply(SHIPPED)

    assert done.as_json() == dry.as_json()
    assert done.create == [
        ("publication", "courier"),
        ("desk", "world"),
        *(("section", slug) for slug in ("world", "asia", "culture")),
        ("source", "courier"),
        ("feed", "floods"),
        ("newsletter", "morning"),
        ("operator", "desk"),
    ]
    assert again.as_json() == {
        "create": [], "change": [], "retire": [], "missing": [], "unchanged": 9
    }  # fmt: skip
    assert lines() == 11  # two of them say where the operator may do what


@pytest.mark.parametrize("kind", [each.kind for each in SHELVES], ids=lambda kind: kind.word)
def test_the_file_that_ships_explains_every_field(kind: Kind) -> None:
    parts = re.split(r"^(?:# )?\[\[(\w+)\]\]", SHIPPED.read_text(), flags=re.MULTILINE)
    own = "".join(said for name, said in zip(parts[1::2], parts[2::2], strict=True)
                  if name == kind.plural)  # fmt: skip

    named = set(re.findall(r"^(?:# )?(\w+) = ", own, re.MULTILINE))

    # What the only publication of a file has need not name it.
    assert set(kind.names) - named <= ({"publication"} if kind.is_within else set())


def test_export_then_setup_is_unchanged_only(file: Path) -> None:
    apply(SHIPPED)
    logo = io.BytesIO()
    Image.new("RGB", (3, 2)).save(logo, "PNG")
    (file.parent / "logo.png").write_bytes(logo.getvalue())
    apply(file, COURIER + 'logo = "logo.png"\n' + SECTIONS)

    assert ask(command.setup, "--export", "--out", file).code == 0

    assert (file.parent / "courier-logo.png").read_bytes() == logo.getvalue()
    assert "sender_address" in file.read_text()
    again = apply(file).as_json()
    assert {name for name, value in again.items() if value} == {"unchanged"}
    with transaction() as tx:
        assert export.export(tx).text == file.read_text()


def test_a_change_a_rename_and_what_is_missing_are_told(file: Path) -> None:
    apply(file, COURIER + SECTIONS)

    renamed = SECTIONS.replace('slug = "asia"', 'slug = "far-east"\nwas = "asia"')
    dry = ask(command.setup, file, "--dry-run", "--json")
    file.write_text(
        COURIER.replace("The Courier", "Courier")
        + renamed.partition('[[sections]]\nslug = "world')[0]
    )
    told = json.loads(ask(command.setup, file, "--dry-run", "--json").out)
    real = apply(file)

    assert json.loads(dry.out)["unchanged"] == 3
    assert told == {
        "create": [],
        "change": [
            {
                "kind": "publication",
                "slug": "courier",
                "field": "name",
                "from": "The Courier",
                "to": "Courier",
            },
            {
                "kind": "section",
                "slug": "far-east",
                "field": "slug",
                "from": "asia",
                "to": "far-east",
            },
        ],
        "retire": [],
        "missing": [{"kind": "section", "slug": "world"}],
        "unchanged": 0,
    }
    assert real.as_json() == told
    assert apply(file).unchanged == 2


def test_what_is_missing_is_retired_where_that_was_asked_for(file: Path) -> None:
    apply(file, COURIER + SECTIONS)

    done = apply(file, COURIER, retires=True)

    assert sorted(done.retire) == [("section", "asia"), ("section", "world")]
    assert apply(file, COURIER).missing == []


def test_what_operators_may_do_is_as_the_file_says(file: Path) -> None:
    apply(file, COURIER + DESK + NIGHT)
    told = apply(file, COURIER + DESK + NIGHT.replace("viewer", "editor"), dry=True).as_json()
    before = lines()

    assert told["change"] == [
        {
            "kind": "operator",
            "slug": "night",
            "field": "grants",
            "from": ["viewer in courier"],
            "to": ["editor in courier"],
        }
    ]
    assert ask(command.setup, "--export", "--out", file).code == 0
    assert 'grants = ["viewer in courier"]' in file.read_text()
    assert {name for name, value in apply(file).as_json().items() if value} == {"unchanged"}
    assert lines() == before


def test_a_file_without_operators_leaves_them_and_never_retires_the_last(file: Path) -> None:
    apply(file, COURIER + DESK + NIGHT)

    silent = apply(file, COURIER, retires=True)
    with pytest.raises(RefusedError, match="desk is the last operator with"):
        apply(file, COURIER + NIGHT, retires=True)
    named = apply(file, COURIER + DESK, retires=True)

    assert (silent.retire, silent.missing) == ([], [])
    assert named.retire == [("operator", "night")]
    with pytest.raises(InvalidError, match="line 13: There was an operator night already; choose"):
        apply(file, COURIER + DESK + NIGHT)


FEED = """\
[[feeds]]
slug = "floods"
title = "Floods"
sections = ["world"]
authors = ["Desk, world"]
"""


def test_a_feed_is_made_changed_and_retired_by_a_file(file: Path) -> None:
    apply(file, COURIER + SECTIONS + FEED)
    assert ask(command.setup, "--export", "--out", file).code == 0
    assert 'authors = ["Desk, world"]' in file.read_text()
    assert apply(file).as_json()["unchanged"] == 4

    changed = apply(file, COURIER + SECTIONS + FEED.replace("Floods", "Rivers"))
    done = apply(file, COURIER + SECTIONS, retires=True)

    assert [(kind, slug, each.field.name) for kind, slug, each in changed.changed] == [
        ("feed", "floods", "title")
    ]
    assert done.retire == [("feed", "floods")]
    assert apply(file).missing == []


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (
            COURIER + '[[sektions]]\nslug = "x"\n',
            InvalidError,
            "newsroom.toml, line 7: There are no sektions in a newsroom; did you mean sections?",
        ),
        (
            COURIER + "[[sections]]\nslug='a'\nname='A'\n[[sections]]\nslug='b'\nnam='B'\n",
            InvalidError,
            "newsroom.toml, line 12: A section has no field nam; did you mean name?",
        ),
        (
            COURIER.replace("London", "Londn") + SECTIONS.replace('"Asia"', '"A\\u0000"'),
            InvalidError,
            ("newsroom.toml, line 5: There is no time zone Europe/Londn; did you mean "
             "Europe/London?"
            "\nnewsroom.toml, line 9: The name holds a character that no text can hold; send it "
            "without."),
        ),
        (
            COURIER + SECTIONS.replace('"world"\n\n', '"moon"\n\n'),
            InvalidError,
            "newsroom.toml, line 10: The Courier has no section moon; make it first.",
        ),
        (COURIER + DESK.replace("admin", "edtor in courier"), InvalidError,
         ("newsroom.toml, line 11: There is no permission or role edtor; the roles are viewer, "
          "editor, sender, admin, relay, the permissions read, ")),
        (COURIER + DESK.replace("admin", "editor for noon"), InvalidError,
         ("newsroom.toml, line 11: There is no newsletter noon; the list of newsletters shows ")),
        (COURIER + DESK + 'zone = "Asia/Katar"\n', InvalidError,
         "newsroom.toml, line 12: There is no time zone Asia/Katar; did you mean Asia/Qatar?"),
        (COURIER + DESK + 'languages = ["en", "klingonese"]\n', InvalidError,
         "newsroom.toml, line 12: klingonese is not a language tag; write one such as en or ar."),
        (COURIER + DESK.replace("address", "adress"), InvalidError,
         "newsroom.toml, line 10: An operator has no field adress; did you mean address?"),
        (
            COURIER + SECTIONS + FEED.replace('"world"', '"moon"'),
            InvalidError,
            "newsroom.toml, line 21: The Courier has no section moon; make it first.",
        ),
        (
            COURIER + SECTIONS + FEED + 'was = "rivers"\nkinds = "poem"\n',
            InvalidError,
            "newsroom.toml, line 24: There is no kind of article called poem; there are story, ",
        ),
        (COURIER + CMS, InvalidError, ("newsroom.toml, line 12: There is no file cms-token; write "
         "a secret into it, such as `openssl rand -hex 32` prints.")),
        (COURIER + CMS.replace("cms-token", "newsroom.toml"), UsageError,
         "newsroom.toml, line 12: Everybody on this machine can read newsroom.toml; "),
        (COURIER + CMS.replace("editor", "edtor"), InvalidError,
         "newsroom.toml, line 9: There is no permission or role edtor; the roles are "),
        (COURIER + CMS.replace("2031-12-31", "2031"), InvalidError,
         "newsroom.toml, line 11: 2031 is not a day; write it as 2027-12-31."),
        (COURIER + CMS.partition("secret")[0].replace("courier", "gazette"), InvalidError,
         ("newsroom.toml, line 10: There is no publication gazette; the list of publications shows "
         "all there are.")),
        (COURIER + "[[sections\n", UsageError, ("newsroom.toml, line 7: this is not TOML: Expected "
         "']]' at the end of an array declaration.")),
        (COURIER + 'sections = "world"\n', InvalidError,
         "newsroom.toml, line 7: A publication has no field sections; it has "),
        ('publications = "x"\n', InvalidError, ("newsroom.toml, line 1: Write each of the "
         "publications as [[publications]].")),
        (COURIER + SECTIONS + SECTIONS, InvalidError, ("newsroom.toml, line 19: The section asia "
         "is in the file twice.")),
        (COURIER + WEEKEND + '[[newsletters]]\nslug = "noon"\npublication = "courier"\n',
         InvalidError,
         "newsroom.toml, line 12: The newsletter noon is in the file twice."),
        (COURIER + COURIER.replace("courier", "gazette") + WEEKEND + WEEKEND.replace(
            "name", 'publication = "courier"\nname'), InvalidError,
         "newsroom.toml, line 19: The newsletter noon is in the file twice."),
        ('[[publications]]\nname = "x"\n', InvalidError, ("newsroom.toml, line 1: A publication "
         "needs its slug.")),
        (COURIER + 'logo = "none.png"\n', InvalidError,
         "newsroom.toml, line 7: There is no file none.png, which is named as logo."),
        ('[[publications]]\nslug = "x"\n', InvalidError, ("newsroom.toml, line 1: A publication "
         "needs its name. What readers call it.")),
        (COURIER + SECTIONS.replace('"World"\n', '"World"\nparent = "asia"\n'), InvalidError,
         "These sections stand below each other in a circle: asia, world."),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_line_and_nothing_is_made(
    file: Path, text: str, error: type[SyndicateError], sentence: str
) -> None:
    with pytest.raises(error) as caught:
        apply(file, text)

    assert str(caught.value).startswith(sentence)
    with transaction() as tx:
        assert publications.all_publications(tx) == []


def test_a_file_by_standard_input_is_made_like_any_other(file: Path) -> None:
    done = ask(command.setup, "-", "--json", stdin=COURIER + SECTIONS)

    assert (done.code, len(done.said["create"])) == (0, 3)
    assert apply(file, COURIER + SECTIONS).unchanged == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            COURIER + 'logo = "logo.png"\n',
            (
                "standard input, line 7: The logo is a file beside newsroom.toml, and nothing is "
                "beside standard input; give the path of newsroom.toml instead."
            ),
        ),
        (
            COURIER.replace("zone", "zoen"),
            "standard input, line 5: A publication has no field zoen; did you mean zone?",
        ),
        (b"name = '\xff'", "standard input is not in UTF-8; save it so."),
        (
            b"#" * (2 * 1024 * 1024 + 1),
            "standard input is larger than 2 MiB; it is no description of a newsroom.",
        ),
    ],
)
def test_a_fault_of_standard_input_is_one_sentence_too(text: str | bytes, sentence: str) -> None:
    done = ask(command.setup, "-", stdin=text)

    assert (done.code, done.err) == (2, sentence)
    with transaction() as tx:
        assert publications.all_publications(tx) == []


def test_the_command_tells_what_it_did_and_needs_a_file_or_export(file: Path) -> None:
    file.write_text(COURIER)

    assert ask(command.setup, file, "--dry-run").out.splitlines() == [
        "make publication courier",
        "0 as the file says.",
        "Nothing was changed: this was a dry run.",
    ]
    assert ask(command.setup).code == 2
    assert ask(command.setup, file, "--export").code == 2
    assert ask(command.setup, file.parent / "none.toml").code == 3
