"""The text of a document, whatever its labels say."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.encoding import GUESS, decode, is_legal, legal, legal_object

SAID = "<p>Café – قهوة</p>"  # noqa: RUF001 - a dash
LATIN = "<p>Café “crème”</p>"


def declared(name: str, text: str = "<rss>Café</rss>") -> bytes:
    return f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(name)


@pytest.mark.parametrize(
    ("body", "content_type", "name"),
    [
        (SAID.encode(), "", "utf-8"),
        (SAID.encode(), "text/html; charset=iso-8859-1", "utf-8"),
        (codecs.BOM_UTF8 + SAID.encode(), "text/html; charset=windows-1252", "utf-8"),
        (codecs.BOM_UTF16_LE + SAID.encode("utf-16-le"), "", "utf-16-le"),
        (codecs.BOM_UTF16_BE + SAID.encode("utf-16-be"), "", "utf-16-be"),
        (codecs.BOM_UTF32_LE + SAID.encode("utf-32-le"), "", "utf-32-le"),
        (codecs.BOM_UTF32_BE + SAID.encode("utf-32-be"), "", "utf-32-be"),
        (SAID.encode("utf-16-le"), "charset=utf-8", "utf-16-le"),
        (SAID.encode("utf-16-be"), "", "utf-16-be"),
    ],
)
def test_bytes_that_tell_count_for_more_than_labels(
    body: bytes, content_type: str, name: str
) -> None:
    assert decode(body, content_type) == (SAID, name)


@pytest.mark.parametrize(
    ("body", "content_type", "text", "name"),
    [
        (LATIN.encode("windows-1252"), "text/html; charset=ISO-8859-1", LATIN, "windows-1252"),
        (LATIN.encode("windows-1252"), "", LATIN, GUESS),
        (LATIN.encode("windows-1252"), "charset=nonsense", LATIN, GUESS),
        (LATIN.encode("windows-1252"), "charset=hex", LATIN, GUESS),
        ("<p>Жизнь</p>".encode("koi8-r"), 'charset="koi8-r"', "<p>Жизнь</p>", "koi8-r"),
        ("<p>新闻</p>".encode("gb18030"), "charset=GB2312", "<p>新闻</p>", "gb18030"),
        (
            "<p>ニュース</p>".encode("iso-2022-jp"),
            "charset=iso-2022-jp",
            "<p>ニュース</p>",
            "iso-2022-jp",
        ),
        (
            "<p>ニュース</p>".encode("shift_jis"),
            "charset=shift_jis",
            "<p>ニュース</p>",
            "shift_jis",
        ),
    ],
)
def test_a_label_counts_where_bytes_do_not_tell(
    body: bytes, content_type: str, text: str, name: str
) -> None:
    assert decode(body, content_type) == (text, name)


def test_a_document_says_its_own_encoding_and_the_header_comes_first() -> None:
    arabic = '<meta http-equiv="x" content="text/html; charset=windows-1256"><p>قهوة</p>'

    assert decode(arabic.encode("windows-1256")) == (arabic, "windows-1256")
    assert decode(declared("iso-8859-15"))[1] == "iso-8859-15"
    assert decode(declared("iso-8859-15"), "text/xml; charset=cp1250")[1] == "cp1250"


ARABIC = "<p>عن موعد جديد لعبّارة الجزر</p>"
FRENCH = "<p>Élodie est déjà allée à la criée de Sète, à côté</p>"


def cut_in_half(text: str, character: str) -> bytes:
    """UTF-8 of a text whose last such character has lost its last byte."""
    before, _, after = text.rpartition(character)
    return before.encode() + character.encode()[:-1] + after.encode()


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (cut_in_half(ARABIC, "ر"), "", "<p>عن موعد جديد لعبّارة الجز\ufffd</p>"),
        (cut_in_half(ARABIC, "ر"), "text/xml; charset=utf-8", ARABIC[:-5] + "\ufffd</p>"),
        (cut_in_half(ARABIC, "ر"), "text/xml; charset=iso-8859-1", ARABIC[:-5] + "\ufffd</p>"),
        (FRENCH.encode().replace(b", ", b" \x96 "), "", FRENCH.replace(", ", " \ufffd ")),
        (cut_in_half("<p>ニュース – 新</p>", "新"), "", "<p>ニュース – \ufffd</p>"),  # noqa: RUF001 - a dash
        ("<p>é</p>".encode() + b"\xe9", "charset=utf-8", "<p>é</p>\ufffd"),
        ("a \ufffd b é".encode(), "charset=iso-8859-1", "a \ufffd b é"),
    ],
)
def test_a_broken_byte_costs_one_character_and_not_the_document(
    body: bytes, content_type: str, text: str
) -> None:
    assert decode(body, content_type) == (text, "utf-8")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<p>Größe über Öl</p>", "windows-1252"),
        ("<p>Жизнь и судьба «города»</p>", "windows-1251"),
        ("<p>Жизнь и судьба города</p>", "koi8-r"),
        ("<p>أعلنت إدارة الميناء، يوم السبت</p>", "windows-1256"),
        ("<p>Żółta łódź płynie</p>", "iso-8859-2"),
        ("<p>新闻渡轮明天早上提前一小时开出港口管理局说</p>", "gb18030"),
        ("<p>新聞渡輪明天早上提前一小時開出港口管理局說</p>", "big5"),
        ("<p>항구 당국은 토요일에 새로운 여객선 시간표를 발표했다</p>", "euc-kr"),
        ("<p>港湾局は土曜日に新しいフェリーの時刻表を発表した</p>", "euc-jp"),
        ("<p>港湾局は土曜日に新しいフェリーの時刻表を発表した</p>", "shift_jis"),
    ],
)
def test_bytes_of_another_encoding_are_not_taken_for_broken_utf_8(text: str, name: str) -> None:
    assert decode(text.encode(name), f"text/html; charset={name}") == (text, name)


def test_a_declaration_far_down_is_not_looked_for() -> None:
    far = b" " * 2_048 + '<meta charset="windows-1256"><p>قهوة</p>'.encode("windows-1256")

    assert decode(far)[1] == GUESS


@given(st.binary(), st.text(max_size=40))
def test_any_bytes_are_a_text_that_a_document_can_hold(body: bytes, content_type: str) -> None:
    text, name = decode(body, f"text/html; charset={content_type}")

    assert legal(text) == text
    assert codecs.lookup(name)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("tab\tline\nreturn\r", "tab\tline\nreturn\r"),
        ("\x00a\x08\x0b\x0c\x0e\x1f\x7f", "a"),
        ("\ud800a\udfff", "a"),
        ("\ufffea\uffff", "a"),
        ("\ufffd\x85\ue000\U0001f600", "\ufffd\x85\ue000\U0001f600"),
    ],
)
def test_what_no_document_can_hold_is_left_out(text: str, kept: str) -> None:
    assert legal(text) == kept


@pytest.mark.parametrize(
    ("code", "expected"),
    [(9, True), (0, False), (0xD800, False), (0xFFFF, False), (0x10FFFD, True), (0x110000, False)],
)
def test_a_code_point_may_stand_in_a_document(code: int, *, expected: bool) -> None:
    assert is_legal(code) is expected


@pytest.mark.parametrize("plane", range(17))
def test_what_is_no_character_in_any_plane_is_left_out(plane: int) -> None:
    never = chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) + "\ufdd0\ufdef"

    assert legal(f"a{never}\U0001f389") == "a\U0001f389"
    assert not is_legal(plane << 16 | 0xFFFE)


def test_the_texts_of_an_object_are_cleaned_and_nothing_else() -> None:
    said = {"a": "x\x00", "b": ["y\ud800", 7, None], "c": 1.5, "d": {"e": "z"}, "f": None}

    assert legal_object(said) == {
        "a": "x",
        "b": ["y", 7, None],
        "c": 1.5,
        "d": {"e": "z"},
        "f": None,
    }


@pytest.mark.parametrize(
    ("language", "page", "word"),
    [("ar", "cp1256", "المرفأ"), ("ru", "cp1251", "Гавань"), ("el", "cp1253", "Λιμάνι")],
)
@pytest.mark.parametrize(
    "head", ["<language>{}-QA</language>", '<html lang="{}">', '"language":"{}"']
)
def test_without_a_label_the_language_tells_the_code_page(
    head: str, language: str, page: str, word: str
) -> None:
    text = f"<?xml version='1.0' encoding='utf-8'?>{head.format(language)}<title>{word}</title>"

    assert decode(text.encode(page)) == (text, page)


def test_a_character_in_two_halves_is_one() -> None:
    assert decode("<title>Fire \ud83d\ude00</title>".encode("utf-8", "surrogatepass")) == (
        "<title>Fire \U0001f600</title>",
        "utf-8",
    )


def test_two_letters_of_chinese_are_no_halves_of_a_character() -> None:
    text = "<title>今天新闻报道怼來啊</title>"

    assert decode(text.encode("gb18030"), "text/html; charset=gb2312") == (text, "gb18030")
