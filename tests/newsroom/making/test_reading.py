"""From what was typed, sent or written in a file to what can be kept: one rule for every face."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from syndicate.errors import SyndicateError, UsageError
from syndicate.newsroom.making import reading
from syndicate.newsroom.making.fields import Field, Kind, Shape
from syndicate.newsroom.making.pictures import PictureFile
from syndicate.setup.kinds import SHELVES

FIELDS = (
    Field("slug", "Its name.", shape=Shape.SLUG, is_required=True),
    Field("name", "A line.", most=20),
    Field("prose", "Lines.", shape=Shape.PROSE, most=40),
    Field("host", "Where.", shape=Shape.HOST),
    Field("page", "Where.", shape=Shape.WEB),
    Field("address", "Whose.", shape=Shape.MAIL),
    Field("language", "Which.", shape=Shape.LANGUAGE),
    Field("languages", "Which.", shape=Shape.LANGUAGES, most=3),
    Field("zone", "When.", shape=Shape.ZONE),
    Field("rule", "How.", shape=Shape.CHOICE, choices=("skip", "send"), default="skip"),
    Field("is_public", "Who.", shape=Shape.FLAG, default=True),
    Field("size", "How many.", shape=Shape.NUMBER, least=1, most=63, default=40),
    Field("times", "When.", shape=Shape.TIMES, is_required=True),
    Field("days", "When.", shape=Shape.DAYS),
    Field("tags", "Which.", shape=Shape.TEXTS),
    Field("phrases", "Which.", shape=Shape.PHRASES),
    Field("names", "What.", shape=Shape.WORDS),
    Field("parent", "Which.", shape=Shape.ROW, of="section"),
    Field("sections", "Which.", shape=Shape.ROWS, of="section"),
    Field("colour", "Which.", shape=Shape.COLOUR),
    Field("logo", "Which.", shape=Shape.PICTURE),
)
KIND = Kind("thing", "things", FIELDS)


def png(width: int = 3, height: int = 2) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#1a4f8b").save(out, "PNG")
    return out.getvalue()


def value(name: str, raw: object) -> object:
    field = KIND.field(name)
    assert field is not None
    return reading.one(KIND, field, raw)


@pytest.mark.parametrize(
    ("name", "raw", "kept"),
    [
        ("slug", " evening ", "evening"),
        ("name", " The Courier ", "The Courier"),
        ("name", "", None),
        ("name", None, None),
        ("prose", "1 Bridge Street\r\nLondon", "1 Bridge Street\nLondon"),
        ("host", "Daily.Example.", "daily.example"),
        ("host", "daily.example:443", "daily.example"),
        ("host", "localhost:8080", "localhost:8080"),
        ("host", "مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("page", "https://a.example/x", "https://a.example/x"),
        ("address", "Desk@A.Example", "Desk@a.example"),
        ("language", "EN_gb", "en-GB"),
        ("languages", "en, ar en", ("en", "ar")),
        ("languages", ["ar", "en"], ("ar", "en")),
        ("zone", "Europe/London", "Europe/London"),
        ("is_public", "no", False),
        ("is_public", True, True),
        ("size", "7", 7),
        ("size", 63, 63),
        ("times", "18:00 8:05", ("08:05", "18:00")),
        ("times", ["08:00", "08:00"], ("08:00",)),
        ("days", "mon, Friday 3", (1, 3, 5)),
        ("days", [7, 1], (1, 7)),
        ("tags", "water, old town", ("water", "old town")),
        ("phrases", "fire, flood\r\nrain", ("fire, flood", "rain")),
        ("phrases", ["fire, flood", " ", "fire, flood"], ("fire, flood",)),
        ("names", {"AR": "الساعي", "de": " "}, {"ar": "الساعي"}),
        ("names", "de: Der Bote\nar=الساعي", {"ar": "الساعي", "de": "Der Bote"}),
        ("names", ["de=Der Bote"], {"de": "Der Bote"}),
        ("names", "", {}),
        ("sections", "world,sport", ("world", "sport")),
        ("sections", [], ()),
        ("colour", "#ABC", "#aabbcc"),
    ],
)
def test_a_value_is_kept_in_one_form_however_it_came(name: str, raw: object, kept: object) -> None:
    assert value(name, raw) == kept


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("slug", "", "A thing needs its slug. Its name."),
        (
            "slug",
            "The Courier",
            (
                "A thing's slug is small letters, digits and hyphens, 80 at most: it is "
                "part of its address."
            ),
        ),
        ("slug", 7, "The slug must be text."),
        ("name", "x" * 21, "The name is longer than 20 characters; shorten it."),
        ("name", "a\nb", "The name holds a line break or a control character; leave it out."),
        ("name", "a\0b", "The name holds a character that no text can hold; send it without."),
        ("prose", "a\x07b", "The prose holds a control character; leave it out."),
        (
            "host",
            "https://a.example/",
            (
                "https://a.example/ is not a host name; write it alone, such as "
                "news.example, without https:// and without a path."
            ),
        ),
        (
            "page",
            "a.example",
            ("a.example is not an address; write it in full, such as https://news.example."),
        ),
        (
            "address",
            "desk",
            ("Mail cannot be sent to this address: An email address must have an @-sign."),
        ),
        ("language", "klingon", "klingon is not a language tag; did you mean tlh?"),
        ("language", "qq", "qq is not a language tag; write one such as en or ar."),
        ("languages", "en ar de fr", "The languages are more than 3; name fewer."),
        ("zone", "Europe/Londn", "There is no time zone Europe/Londn; did you mean Europe/London?"),
        ("zone", "athens", "There is no time zone athens; did you mean Europe/Athens?"),
        ("zone", "Athen", "There is no time zone Athen; did you mean Europe/Athens?"),
        ("language", "Arabic", "Arabic is not a language tag; did you mean ar?"),
        ("zone", "Moon", "There is no time zone Moon; name one such as Europe/London."),
        (
            "zone",
            "../../etc/passwd",
            ("There is no time zone ../../etc/passwd; name one such as Europe/London."),
        ),
        ("rule", "hold", "The rule cannot be hold; choose one of skip, send."),
        ("is_public", "maybe", "The is public is yes or no, not maybe."),
        ("size", "64", "The size is a whole number from 1 to 63, not 64."),
        ("size", 1.5, "The size is a whole number from 1 to 63, not 1.5."),
        ("size", True, "The size is a whole number from 1 to 63, not True."),
        ("size", "٣", "The size is a whole number from 1 to 63, not ٣."),
        ("times", [], "A thing needs its times. When."),
        ("times", "25:00", "25:00 is not a time of day; write it as 08:00."),
        ("times", "07:00, 8 Uhr", "8 Uhr is not a time of day; write it as 08:00."),
        ("times", 8, "The times must be a list."),
        ("days", "8", "8 is not a weekday; write 1 for Monday to 7 for Sunday, or its name."),
        ("days", [True], "True is not a weekday; write 1 for Monday to 7 for Sunday, or its name."),
        (
            "names",
            "Der Bote",
            ("Der Bote names no language; write its tag before the text, such as “ar: …”."),
        ),
        ("names", 7, "The names must say a language and its text, such as “ar: …”."),
        ("names", {"qq": "x"}, "qq is not a language tag; write one such as en or ar."),
        ("parent", "No such", "There is no section No such; name one by its slug."),
        ("colour", "blue", "blue is not a colour; write it as #1a4f8b."),
        (
            "logo",
            b"<svg/>",
            ("This is not a picture that mail programs show; choose a PNG, JPEG, GIF or WebP."),
        ),
        (
            "logo",
            "data:image/png;base64,%%%",
            ("This is not a picture that mail programs show; choose a PNG, JPEG, GIF or WebP."),
        ),
        ("logo", "logo.png", "Give the picture as data:image/png;base64, followed by its bytes."),
        ("logo", b"x" * 262_145, "The picture is larger than 256 KiB; make it smaller."),
    ],
)
def test_what_cannot_be_kept_is_one_sentence(name: str, raw: object, sentence: str) -> None:
    with pytest.raises(SyndicateError) as caught:
        value(name, raw)

    assert str(caught.value) == sentence


def test_a_picture_that_would_unpack_to_gigabytes_is_refused() -> None:
    head = struct.pack(">4sIIBBBBB", b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = png()[:12] + head + struct.pack(">I", zlib.crc32(head)) + png()[33:]

    with pytest.raises(UsageError, match="not a picture that mail programs show"):
        value("logo", bomb)


def test_a_picture_is_looked_at_and_known_by_its_bytes() -> None:
    found = value("logo", png())

    assert isinstance(found, PictureFile)
    assert (found.media_type, found.width, found.height) == ("image/png", 3, 2)
    assert value("logo", png()) == found
    assert value("logo", png(4, 2)) != found
    with pytest.raises(SyndicateError, match="2001 by 1 pixels; make it 2,000 at most each way"):
        value("logo", png(2001, 1))


def test_every_fault_is_told_at_its_field_and_the_rest_is_read() -> None:
    found = reading.read(KIND, {"slug": "A", "zone": "Mars", "nam": "x"}, is_new=True)

    assert set(found.problems) == {"slug", "zone", "times", "nam"}
    assert found.problems["nam"].sentence == "A thing has no field nam; did you mean name?"
    defaults: dict[str, Any] = {"rule": "skip", "is_public": True, "size": 40, "names": {}}
    assert {name: found.values[name] for name in defaults} == defaults


def test_what_a_change_does_not_name_is_not_there() -> None:
    found = reading.read(KIND, {"name": ""}, is_new=False)

    assert (found.values, found.problems) == ({"name": None}, {})


@pytest.mark.parametrize("kind", [each.kind for each in SHELVES], ids=lambda kind: kind.word)
def test_the_examples_of_a_kind_can_be_kept(kind: Kind) -> None:
    given = {each.name: each.example for each in kind.fields}

    faults = reading.read(kind, given, is_new=True).problems

    assert set(faults) <= {each.name for each in kind.fields if each.example is None}
