"""Dates as each language writes them, in pages and mails."""

import datetime as dt
import re

import pytest
from babel.localedata import locale_identifiers

from syndicate.render.environment import brief, day, environment, moment_text

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
    assert day(AT, language, QATAR) == in_words
    assert moment_text(AT, language, QATAR) == to_the_minute
    assert brief(AT, language, QATAR) == in_a_list


def test_a_word_between_date_and_time_stands_without_quotes() -> None:
    assert brief(AT, "co", QATAR) == "31 mar. à 16:26"


def test_no_language_shows_marks_of_its_pattern_in_a_list() -> None:
    shown = {each: brief(AT, each, QATAR) for each in locale_identifiers()}

    assert len(shown) > 500
    assert {each: text for each, text in shown.items() if re.search("[{}]|'.*'", text)} == {}


def test_a_day_without_a_time_is_in_no_zone() -> None:
    assert day(dt.date(2014, 3, 31), "en", "Pacific/Kiritimati") == "Monday, 31 March 2014"


def test_a_zone_says_its_name_where_it_has_one() -> None:
    assert moment_text(AT, "en", "Europe/Paris") == "31 Mar 2014 15:26 CEST"


def test_a_zone_without_name_or_country_says_how_far_it_is() -> None:
    assert moment_text(AT, "en", "Etc/GMT-3") == "31 Mar 2014 16:26 UTC+03"


def test_a_zone_is_never_alone_on_a_line_of_a_page() -> None:
    jinja = environment("en")
    template = "{{ at | moment }}|{{ at | moment('Asia/Qatar') }}"

    page = jinja.from_string(f"{{% autoescape true %}}{template}{{% endautoescape %}}")
    text = jinja.from_string(f"{{% autoescape false %}}{template}{{% endautoescape %}}")

    assert page.render(at=AT) == "31 Mar 2014 13:26\xa0UTC|31 Mar 2014 16:26\xa0Qatar Time"
    assert text.render(at=AT) == "31 Mar 2014 13:26 UTC|31 Mar 2014 16:26 Qatar Time"


def test_a_moment_of_no_zone_is_told_in_that_of_whoever_reads() -> None:
    template = environment("en").from_string("{{ at | moment }}, {{ at | day }}")

    late = dt.datetime(2014, 3, 31, 22, 30, tzinfo=dt.UTC)
    assert template.render(at=late, own_zone=QATAR).replace("\xa0", " ") == (
        "1 Apr 2014 01:30 Qatar Time, Tuesday, 1 April 2014"
    )
