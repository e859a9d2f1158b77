"""What all faces write alike: moments as each language writes them, numbers, counts."""

import datetime as dt
import re

import pytest
from babel.localedata import locale_identifiers

from syndicate import phrases

AT = dt.datetime(2014, 3, 31, 13, 26, tzinfo=dt.UTC)
QATAR = "Asia/Qatar"


@pytest.mark.parametrize(
    ("language", "in_words", "to_the_minute", "in_a_list"),
    [
        ("en", "Monday, 31 March 2014", "31 Mar 2014 16:26 Qatar Time", "31 Mar, 16:26"),
        ("ar", "الاثنين، 31 مارس 2014", "31 مارس 2014 16:26 توقيت قطر", "31 مارس، 16:26"),
        ("fr", "lundi 31 mars 2014", "31 mars 2014 16:26 heure : Qatar", "31 mars, 16:26"),
        ("de", "Montag, 31. März 2014", "31. März 2014 16:26 Katar (Ortszeit)", "31. März, 16:26"),
        ("ja", "2014年3月31日月曜日", "2014年3月31日 16:26 カタール時間", "3月31日 16:26"),
    ],
)
def test_each_language_writes_a_date_in_its_own_way(
    language: str, in_words: str, to_the_minute: str, in_a_list: str
) -> None:
    assert phrases.day(AT, QATAR, language) == in_words
    assert phrases.moment(AT, QATAR, language) == to_the_minute
    assert phrases.brief(AT, QATAR, language) == in_a_list


def test_a_word_between_date_and_time_stands_without_quotes() -> None:
    assert phrases.brief(AT, QATAR, "co") == "31 mar. à 16:26"


def test_no_language_shows_marks_of_its_pattern_in_a_list() -> None:
    shown = {each: phrases.brief(AT, QATAR, each) for each in locale_identifiers()}

    assert len(shown) > 500
    assert {each: text for each, text in shown.items() if re.search("[{}]|'.*'", text)} == {}


def test_a_day_without_a_time_is_in_no_zone() -> None:
    assert phrases.day(dt.date(2014, 3, 31), "Pacific/Kiritimati") == "Monday, 31 March 2014"


def test_a_zone_says_its_name_where_it_has_one() -> None:
    assert phrases.moment(AT, "Europe/Paris") == "31 Mar 2014 15:26 CEST"


def test_a_zone_without_name_or_country_says_how_far_it_is() -> None:
    assert phrases.moment(AT, "Etc/GMT-3") == "31 Mar 2014 16:26 UTC+03"


def test_a_moment_is_a_date_and_a_time_in_utc_unless_a_zone_is_known() -> None:
    assert phrases.moment(AT) == "31 Mar 2014 13:26 UTC"
    assert phrases.moment(AT, "No/Such") == "31 Mar 2014 13:26 UTC"
    assert (phrases.date(AT, QATAR), phrases.time(AT, QATAR)) == ("31 Mar 2014", "16:26 Qatar Time")


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("reader",), "0 readers"),
        (1, ("reader",), "1 reader"),
        (2, ("story",), "2 stories"),
        (2, ("day",), "2 days"),
        (3, ("batch",), "3 batches"),
        (2, ("address",), "2 addresses"),
        (1, ("feed was", "feeds were"), "1 feed was"),
        (0, ("feed was", "feeds were"), "0 feeds were"),
        (12_345, ("delivery",), "12\u202f345 deliveries"),
    ],
)
def test_a_count_has_the_word_that_its_number_asks_for(
    number: int, words: tuple[str, ...], said: str
) -> None:
    assert phrases.counted(number, *words) == said


def test_thousands_stand_apart_on_one_line() -> None:
    assert phrases.number(999) == "999"
    assert phrases.number(1_234_567) == "1\u202f234\u202f567"


@pytest.mark.parametrize(
    ("typed", "without", "line"),
    [
        ("1 Bridge Street, London", "", "1 Bridge Street, London"),
        ("3 Quay Street,\r\n\n  18535  Piraeus ", "", "3 Quay Street, 18535 Piraeus"),
        ("شارع الميناء 3\nبيروت", "", "شارع الميناء 3، بيروت"),
        ("The Harbour\n3 Quay Street\nPiraeus", "The harbour", "3 Quay Street, Piraeus"),
        ("The Harbour, 3 Quay Street", "The Harbour", "3 Quay Street"),
        ("The Harbour", "The Harbour", ""),
        (
            "The Harbour Press Ltd\n3 Quay Street",
            "The Harbour",
            "The Harbour Press Ltd, 3 Quay Street",
        ),
        ("The Harbours", "The Harbour", "The Harbours"),
        ("", "The Harbour", ""),
    ],
)
def test_an_address_of_several_lines_stands_on_one(typed: str, without: str, line: str) -> None:
    assert phrases.address_line(typed, without=without) == line


def test_an_address_begins_with_a_name_and_not_with_a_part_of_a_word() -> None:
    assert phrases.begins_with("The HARBOUR\nWeekly Ltd, 3 Quay", "The Harbour Weekly")
    assert not phrases.begins_with("The Harbours, 3 Quay", "The Harbour")
    assert not phrases.begins_with("3 Quay Street", "")


def test_who_works_here_is_called_by_name_and_others_by_what_they_work_with() -> None:
    names = {"operator:lina": "Lina"}
    called = {"operator:lina": "Lina", "operator:gone": "operator:gone", "upkeep": "upkeep"}
    called |= {"console:root": "root (console)", "cli:root": "root (command line)"}
    called |= {"token:cms": "cms (token)", "source:3": "source:3"}

    assert {actor: phrases.who(actor, names) for actor in called} == called
