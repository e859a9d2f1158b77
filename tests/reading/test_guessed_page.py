"""A feed that names no code page is read as Windows-1252, by guess: how good a guess that was."""

import pytest

from syndicate.collect import documents
from syndicate.reading.feeds import parse
from syndicate.reading.guessed_page import Guess, guess_of
from syndicate.reading.records import ParsedFeed
from tests.collect.newsroom import NOW, item, rss


@pytest.mark.parametrize(
    ("text", "page", "guess"),
    [
        ("Élodie est déjà allée à la criée de Sète, où les pêcheurs l'attendent", "1252", "SURE"),
        ("Die Fähre fährt über die Größe des Hafens, und das ist schön", "1252", "SURE"),
        ("¿Qué pasó ayer? El niño de la montaña y su mamá en Málaga", "1252", "SURE"),
        ("A reunião do município não é amanhã, mas em São João", "1252", "SURE"),
        ("Við höfum það gott og það er í lagi að sjá þig", "1252", "SURE"),
        ("Nye færger på øen er på vej, og det er godt", "1252", "SURE"),
        ("The ferry “leaves” at noon – it is the first of the 20 €", "1252", "SURE"),  # noqa: RUF001 - a dash
        (f"{'The ferry of the island is to leave at noon. ' * 3}José", "1252", "SURE"),
        ("The ferry ÿÿ leaves", "1252", "LIKELY"),
        ("Café Müller", "1252", "LIKELY"),
        ("Příliš žluťoučký kůň úpěl o moři a řekách v pátek", "1250", "LIKELY"),
        ("Bu başka bir şey ve yağmur değil", "1254", "LIKELY"),
        ("Новости порта: паром уходит завтра", "1251", "UNLIKELY"),
        ("أعلنت إدارة الميناء، يوم السبت", "1256", "UNLIKELY"),
        ("Νέα του λιμανιού", "1253", "UNLIKELY"),
        ("חדשות הנמל של היום", "1255", "UNLIKELY"),
        ("Zażółć gęślą jaźń, łódź płynie", "1250", "UNLIKELY"),
        ("新闻渡轮明天早上提前一小时开出", "gb18030", "UNLIKELY"),
        ("港湾局は土曜日に新しいフェリーの時刻表", "cp932", "UNLIKELY"),
        ("Новости порта: паром", "koi8-r", "UNLIKELY"),
    ],
)
def test_words_of_latin_languages_make_it_sure(text: str, page: str, guess: str) -> None:
    codec = f"cp{page}" if page.isdigit() else page
    said = text.encode(codec).decode("cp1252", "replace")

    assert guess_of(said) is Guess[guess]


def read(text: str, page: str) -> ParsedFeed:
    body = rss(item(1), item(2, title=text, text=text)).decode()
    bare = body.partition("?>")[2].replace("<language>en</language>", "")
    return parse.parse(bare.encode(page), now=NOW)


def test_stories_that_a_guess_misreads_are_left_out_and_named() -> None:
    found = read("Новости порта: паром уходит завтра", "cp1251")

    assert len(found.entries) == 1
    assert found.misread == ("https://daily.example/story/2",)
    assert found.guessed is None


def test_a_guess_that_may_be_wrong_is_told_and_a_good_one_is_not() -> None:
    likely = read("Příliš žluťoučký kůň", "cp1250")
    assert likely.guessed == likely.entries[1].title != "Příliš žluťoučký kůň"
    assert (len(likely.entries), likely.misread) == (2, ())
    sure = read("Élodie est déjà allée à la criée", "cp1252")
    assert (sure.guessed, len(sure.entries), sure.misread) == (None, 2, ())
    assert sure.entries[1].title == "Élodie est déjà allée à la criée"


def test_a_page_that_is_named_is_no_guess() -> None:
    body = rss(item(1, title="Новости порта")).decode().partition("?>")[2]
    named = f'<?xml version="1.0" encoding="windows-1251"?>{body}'

    found = parse.parse(named.encode("cp1251"), now=NOW)

    assert (found.entries[0].title, found.misread) == ("Новости порта", ())


def test_a_guessed_code_page_is_told_by_the_story_to_look_at() -> None:
    guessed, misread = (
        [(each.kind, each.message) for each in documents.of_feed(feed, "https://a.example").notices]
        for feed in (
            ParsedFeed("rss", guessed="Pøíliš"),
            ParsedFeed("rss", misread=("https://a.example/1", "https://a.example/2")),
        )
    )

    likely = (
        "https://a.example does not name its code page or its language and is not UTF-8. It is "
        "read as Windows-1252, by guess: look at “Pøíliš”. Tell the publisher to name it."
    )
    unlikely = (
        "https://a.example does not name its code page and is neither UTF-8 nor Windows-1252: 2 "
        "stories of it are left out, first “https://a.example/1”. Tell the publisher to name it."
    )
    assert (guessed, misread) == ([("code_page", likely)], [("code_page", unlikely)])
