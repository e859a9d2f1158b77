"""What templates write: moments, and words that act on nothing."""

import datetime as dt

import pytest
from jinja2 import DictLoader

from syndicate.render.environment import environment

AT = dt.datetime(2014, 3, 31, 13, 26, tzinfo=dt.UTC)
QATAR = "Asia/Qatar"


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


@pytest.mark.parametrize("name", ["words.html", "words.txt"])
def test_no_value_turns_about_what_stands_beside_it(name: str) -> None:
    template = environment("en").overlay(
        loader=DictLoader({name: "{{ a }}|{{ b | safe }}|{{ _('You get %(name)s', name=a) }}|"})
    )
    values = {"a": "Open fdp.\u202eexe", "b": "<b>\u2067a</b> \u202bb\u202c"}

    shown = template.get_template(name).render(values)

    assert shown == "Open fdp.exe|<b>a</b> \u202bb\u202c|You get Open fdp.exe|"
