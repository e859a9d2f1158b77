"""Web addresses as URIs, and what of them is nobody's business."""

import pytest

from syndicate.uris import uri, with_user_of, without_user


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("https://daily.example/a?b=c#d", "https://daily.example/a?b=c#d"),
        (
            "https://أخبار.example/م سار?q=ü",
            "https://xn--igbicxr.example/%D9%85%20%D8%B3%D8%A7%D8%B1?q=%C3%BC",
        ),
        ("https://faß.example/", "https://xn--fa-hia.example/"),
        ("https://i❤.example/", "https://xn--i-7iq.example/"),
        ("https://daily。example/", "https://daily.example/"),
        ("https://daily.example/100%/%7e/%2F", "https://daily.example/100%25/%7e/%2F"),
        ("https://name:secret@daily.example:8443/a", "https://daily.example:8443/a"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        (" https://Daily.Example/\x00a\ud800b\nc ", "https://daily.example/ab%20c"),
        ("https://a..b/", None),
        ("https://a b.example/", None),
        ('https://a"b.example/', None),
        ("https://daily.example:99999/", None),
        ("ftp://daily.example/", None),
        ("mailto:desk@example.com", None),
        ("/a", None),
    ],
)
def test_an_address_is_spelt_as_a_uri_or_is_none(written: str, spelt: str | None) -> None:
    assert uri(written) == spelt
    assert spelt is None or uri(spelt) == spelt


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://name:secret@daily.example/a", "https://daily.example/a"),
        ("https://name@daily.example", "https://daily.example"),
        ("https://name:se@cret@daily.example?x=@y", "https://daily.example?x=@y"),
        ("https://daily.example/@desk", "https://daily.example/@desk"),
        ("https://daily.example\\@x", "https://daily.example\\@x"),
        ("mailto:desk@example.com", "mailto:desk@example.com"),
        ("desk@example.com", "desk@example.com"),
    ],
)
def test_a_password_is_not_shown(address: str, shown: str) -> None:
    assert without_user(address) == shown


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("https://daily.example/1", "https://name:secret@daily.example/1"),
        ("https://daily.example", "https://name:secret@daily.example"),
        ("https://daily.example.evil.example/1", "https://daily.example.evil.example/1"),
        ("https://daily.example:8443/1", "https://daily.example:8443/1"),
        ("http://daily.example/1", "http://daily.example/1"),
        ("https://other@daily.example/1", "https://other@daily.example/1"),
    ],
)
def test_a_password_goes_to_its_own_server_alone(address: str, asked: str) -> None:
    assert with_user_of("https://name:secret@daily.example/feed", address) == asked
    assert with_user_of("https://daily.example/feed", address) == address
