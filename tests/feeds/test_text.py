"""Text of others as a feed carries it: nothing is taken for markup, and nothing turns the rest."""

import pytest

from syndicate.feeds.text import body, legal, name, one_line, without_references


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Floods & storms", "Floods & storms"),
        ("<b>Sport</b>", "\u2039b\u203aSport\u2039/b\u203a"),
        ("</b>", "\u2039/b\u203a"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;b&gt;", "\u2039b\u203a"),
        ("Rock&nbsp;&#8217;n&#x2019; roll", "Rock \u2019n\u2019 roll"),
        ("&#x202e;evil&#0;", "evil"),
        ("a < b", "a < b"),
        ("R&D2", "R&D2"),
    ],
)
def test_a_name_is_no_markup(said: str, shown: str) -> None:
    assert name(said) == shown
    assert name(name(said)) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Q&A", "Q&A"),
        ("R&D2", "R\uff06D2"),
        ("a &lambda b", "a \uff06lambda b"),
        ("a & b", "a & b"),
    ],
)
def test_a_name_names_no_character(said: str, shown: str) -> None:
    assert without_references(said) == shown


@pytest.mark.parametrize("plane", [0, 1, 2, 14, 16])
def test_what_is_no_character_in_any_plane_is_in_no_feed(plane: int) -> None:
    never = "".join(chr(plane << 16 | code) for code in (0xFFFE, 0xFFFF)) + "\ufdd0\ufdef"

    assert legal(f"a{never}b\U0001f389") == "ab\U0001f389"
    written = "".join(f"&#{ord(sign)};" for sign in never)
    assert body(f"<p>a{never}{written}b</p>", "https://daily.example/", frozenset()) == "<p>ab</p>"


def test_no_text_turns_what_stands_behind_it() -> None:
    assert one_line("\u202eRight to left\u202c and on") == "Right to left and on"
    assert (
        one_line("Said \u2067عن\u2069 here, \u202bunended") == "Said \u2067عن\u2069 here, unended"
    )
    said = "<p>\u202egpj.exe</p><p>\u2067عن\u2069</p>"
    shown = "<p>gpj.exe</p><p>\u2067عن\u2069</p>"
    assert body(said, "https://daily.example/", frozenset()) == shown


def test_no_password_of_a_link_is_published() -> None:
    said = (
        '<p><a href="https://name:secret@cms.example/a">A</a> <img src="//u:p@cms.example/b"></p>'
    )

    found = body(said, "https://name:secret@daily.example/", frozenset())

    assert found == (
        '<p><a href="https://cms.example/a">A</a> <img src="https://cms.example/b"></p>'
    )
