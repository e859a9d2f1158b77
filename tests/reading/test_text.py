"""Plain text out of HTML, addresses in one spelling, and fingerprints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.reading.text import (
    MAX_KEY,
    fingerprint,
    is_article_url,
    key_of,
    normal_url,
    origin_of,
    picture_name,
    plain,
    word_list,
)

MARKUP = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<br/>",
                "<!--",
                "-->",
                "<script>",
                "</script>",
                "<",
                ">",
            ),
            *("&lt;", "&amp;", "&#9;", "&", "<![CDATA[", "]]>", "<?x ?>", "word", " ", "\n", "ك"),
        ]
    )
).map("".join)


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("", ""),
        ("  one\n two\t", "one two"),
        ("one&nbsp;two", "one two"),
        ("<p>one</p><p>two</p>", "one two"),
        ("one<br>two<hr/>three", "one two three"),
        ("<b>on</b>e", "one"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("AT&amp;T", "AT&T"),
        ("&lt;b&gt;", "<b>"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<3 you", "<3 you"),
        ("a<!-- b -->c", "ac"),
        ("a<!-- b", "a<!-- b"),
        ("a<!-- <p>b</p> -->c", "ac"),
        ("a<script>var x = '<p>no</p>';</script>b", "a b"),
        ("a<STYLE>p {}</STYLE >b", "a b"),
        ("a<noscript><img></noscript>b<template>c</template>d", "a b d"),
        ("a<script>b</style>c</script>d", "a d"),
        ("a<script>b", "ab"),
        ("a</script>b", "ab"),
        ("a<?xml version='1.0'?>b", "ab"),
        ("a <a href='x>y'>b</a>", "a y'>b"),
    ],
)
def test_what_a_person_sees(markup: str, seen: str) -> None:
    assert plain(markup) == seen


@given(MARKUP)
def test_a_plain_text_is_one_line_whatever_the_markup(markup: str) -> None:
    seen = plain(markup)

    assert seen == " ".join(seen.split())


@given(st.text(alphabet=st.characters(exclude_characters="<>&")))
def test_a_text_without_markup_stays_but_for_its_blanks(said: str) -> None:
    assert plain(said) == " ".join(said.split())


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", []),
        ("?!", []),
        ("The U.S. said: “No!”", ["the", "u", "s", "said", "no"]),
        ("don't", ["don", "t"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("１５ ﬁve", ["15", "five"]),  # noqa: RUF001 - full width, and a ligature
        ("غزة، اليوم", ["غزة", "اليوم"]),
        ("snake_case", ["snake_case"]),
    ],
)
def test_words_are_folded_and_without_punctuation(said: str, found: list[str]) -> None:
    assert word_list(said) == found


@given(st.text())
def test_a_word_of_words_is_itself(said: str) -> None:
    found = word_list(said)

    assert word_list(" ".join(found)) == found


# Addresses


@pytest.mark.parametrize(
    ("url", "one"),
    [
        ("https://www.daily.example/a/", "daily.example/a"),
        ("http://daily.example:80/a", "daily.example/a"),
        ("https://daily.example:443/a", "daily.example/a"),
        ("https://daily.example:8443/a", "daily.example:8443/a"),
        (" HTTPS://DAILY.Example/A ", "daily.example/A"),
        ("https://reader:secret@daily.example/a", "daily.example/a"),
        ("https://m.daily.example/a", "daily.example/a"),
        ("https://amp.daily.example/a/amp/", "daily.example/a"),
        ("https://daily.example/a.amp.html", "daily.example/a.html"),
        ("https://daily.example/a.amp", "daily.example/a"),
        ("https://daily.example/camp", "daily.example/camp"),
        ("https://daily.example/a#comments", "daily.example/a"),
        ("https://daily.example/#!/story/7", "daily.example#!/story/7"),
        ("https://daily.example/a?utm_source=x&UTM_medium=y&fbclid=z", "daily.example/a"),
        ("https://daily.example/a?id=7&utm_source=x&page=2", "daily.example/a?id=7&page=2"),
        ("https://daily.example/a?at_medium=RSS&attic=1", "daily.example/a?attic=1"),
        ("https://daily.example/a?id=", "daily.example/a?id="),
        ("https://[daily.example/a", "https://[daily.example/a"),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(url: str, one: str) -> None:
    assert normal_url(url) == one


@given(st.text(max_size=80))
def test_no_address_raises(url: str) -> None:
    assert isinstance(normal_url(url), str)
    assert isinstance(is_article_url(url), bool)
    assert url.startswith(origin_of(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://daily.example/a", True),
        ("https://daily.example/?p=7", True),
        ("https://daily.example", False),
        ("https://daily.example/", False),
        ("https://daily.example//", False),
        ("https://daily.example/#top", False),
        ("https://[daily.example/a", False),
    ],
)
def test_the_front_of_a_site_is_no_article(url: str, *, expected: bool) -> None:
    assert is_article_url(url) is expected


@pytest.mark.parametrize(
    ("url", "origin", "name"),
    [
        ("https://cdn.example/a/b.jpg?w=7#x", "https://cdn.example", "/a/b.jpg"),
        ("https://cdn.example", "https://cdn.example", ""),
        ("https://cdn.example/b.jpg#x?y", "https://cdn.example", "/b.jpg"),
        ("", "", ""),
    ],
)
def test_a_picture_keeps_its_name_on_another_host(url: str, origin: str, name: str) -> None:
    assert (origin_of(url), picture_name(url)) == (origin, name)


# Fingerprints


def test_a_long_key_is_hashed_and_a_short_one_stands() -> None:
    longest, longer = "x" * MAX_KEY, "x" * (MAX_KEY + 1)

    assert key_of(longest) == longest
    assert key_of(longer) == f"sha256:{fingerprint(longer).hex()}"


def test_a_fingerprint_tells_its_parts_apart_and_takes_any_text() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint("a") != fingerprint("a", "")
    assert fingerprint("\ud800") == fingerprint("?")
    # Stored in rows: another algorithm would make all of them news.
    assert fingerprint("daily").hex().startswith("901a7cfb")
