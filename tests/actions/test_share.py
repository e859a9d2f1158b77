"""Share links: the address travels whole, whatever is in it."""

from urllib.parse import parse_qs, urlsplit

from syndicate.actions.share import links

URL = "https://news.example.org/a?b=c&d=é#e"


def test_every_link_carries_the_whole_address() -> None:
    for link in links(URL, "Salt & pepper: “half” a story"):
        query = parse_qs(urlsplit(link.url).query)

        assert any(URL in value for values in query.values() for value in values), link
        assert link.url.isascii()


def test_no_link_carries_what_turns_its_words_about() -> None:
    assert all("%E2%80%AE" not in link.url for link in links(URL, "Open fdp.\u202eexe"))
