"""A body that begins with its own headline, and what only looks like one."""

import pytest

from syndicate.reading import first_heading

HEADLINE = "“Rain” at the port: what\u2019s known"


@pytest.mark.parametrize(
    "body",
    [
        "<h2>“Rain” at the port: what\u2019s known</h2><p>It rained.</p>",
        '<h1 lang="en">  RAIN at the <em>Port</em>: what\'s known </h1>\n<p>It rained.</p>',
        "<h3>&quot;Rain&quot; at the port: what&#39;s known</h3> <p>It rained.</p>",
        f"<h1>{HEADLINE}</h1><h2>{HEADLINE}</h2> <h2>Another</h2><p>It rained.</p>",
    ],
)
def test_a_headline_at_the_head_of_a_body_goes(body: str) -> None:
    assert first_heading.begins(body)
    assert first_heading.without(body, ["Another", HEADLINE]) == "<p>It rained.</p>"


def test_a_heading_that_stays_ends_it() -> None:
    body = f"<h2>{HEADLINE}</h2><h2>Rain at sea</h2><h2>{HEADLINE}</h2>"

    assert first_heading.without(body, [HEADLINE]) == f"<h2>Rain at sea</h2><h2>{HEADLINE}</h2>"


def test_what_holds_the_body_stays() -> None:
    body = f'<div lang="en"> <h2>{HEADLINE}</h2><p>It rained.</p></div>'

    assert first_heading.without(body, [HEADLINE]) == ('<div lang="en"> <p>It rained.</p></div>')


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>It rained.</p>",
        "<h2>Rain at sea</h2><p>It rained.</p>",
        f"<p>It rained.</p><h2>{HEADLINE}</h2>",
        f"<h2>{HEADLINE}</h3><p>It rained.</p>",
        "<h2>…</h2><p>It rained.</p>",
    ],
)
def test_any_other_body_stays_as_it_is(body: str) -> None:
    assert first_heading.without(body, [HEADLINE, "?"]) == body


@pytest.mark.parametrize(
    "before",
    [
        f"<figure><img><figcaption>A pier at 14:05, {'seen from afar ' * 9}</figcaption></figure>",
        '<div><p><img src="https://pier.example/a.jpg"></p></div>',
        "<p>Weather</p>",
        '<p><a href="https://pier.example/">Home</a> / <a href="https://pier.example/w">Weather</a></p>',
        "<h4>Weather</h4>",
        "<div><span>Weather</span></div><figure><picture><img></picture></figure>",
    ],
)
def test_a_headline_behind_a_picture_or_a_line_goes(before: str) -> None:
    body = f"{before}<h2>{HEADLINE}</h2><p>It rained.</p>"

    assert first_heading.begins(body)
    assert first_heading.without(body, [HEADLINE]) == f"{before}<p>It rained.</p>"


@pytest.mark.parametrize(
    "before",
    [
        "<p>14:05</p>",
        "<p><time>noon</time></p>",
        "<ul><li>Weather</li></ul>",
        "<blockquote>Weather</blockquote>",
        "<h2>Weather</h2>",
        "<h4>Weather</h4><p>Today</p>",
        f"<p>{'It rains and it rains. ' * 5}</p>",
        "<ol><li>",
    ],
)
def test_a_heading_within_the_story_is_its_own(before: str) -> None:
    body = f"{before}<h2>{HEADLINE}</h2><p>It rained.</p>"

    assert first_heading.without(body, [HEADLINE]) == body


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        (f"<span>Weather</span> <span>{HEADLINE}</span>", "Weather"),
        (f"Storm in the north\n   {HEADLINE}", "Storm in the north"),
        (f"Weather &amp; sea: {HEADLINE}", "Weather &amp; sea"),
        (f"Weather | {HEADLINE}", "Weather"),
    ],
)
def test_what_a_heading_says_before_the_headline_stays_as_a_line(heading: str, line: str) -> None:
    body = f"<h2>{heading}</h2><p>It rained.</p>"

    assert first_heading.without(body, [HEADLINE]) == f"<p>{line}</p><p>It rained.</p>"


@pytest.mark.parametrize(
    ("heading", "headline"),
    [
        ("Water rises in town | Pier News", "Water rises in town"),
        ("Water rises in town — Pier News", "Water rises in town"),
        ("Water rises in town", "Water rises in town | Pier News"),
        ("Water rises in town", "Water rises in town - pier news"),
        ("Storm in the northWater rises in town", "Water rises in town"),
        (
            "\u6c34\u4f4d\u4e0a\u6da8\u7684\u53e4\u57ce\u5c45\u6c11",
            "\u6c34\u4f4d\u4e0a\u6da8\u7684\u53e4\u57ce\u5c45\u6c11",
        ),
        ("<b>Weather</b>: Water rises in town", "Water rises in town"),
    ],
)
def test_a_heading_and_a_headline_may_differ_by_a_name(heading: str, headline: str) -> None:
    body = f"<h2>{heading}</h2><p>It rained.</p>"

    found = first_heading.without(body, [headline], ["Pier News"])

    assert "<h2>" not in found
    assert found.endswith("<p>It rained.</p>")


@pytest.mark.parametrize(
    ("heading", "headline"),
    [
        ("Water rises in town - what we know", "Water rises in town"),
        ("Water rises in town: Pier News asks", "Water rises in town"),
        ("Why water rises in town", "Water rises in town"),
        ("The mayor says “Water rises in town”", "“Water rises in town”"),
        ("Swater rises in town", "Water rises in town"),
        ("Water rises in town", "Water rises in town and at sea"),
        ("Water", "Water | Pier News"),
        ("Berlin", "Berlin - Hamburg"),
        ("Water rises", "Rain and water: water rises"),
        ("Water rises in the old town", "Water rises in the new town"),
    ],
)
def test_another_heading_stays(heading: str, headline: str) -> None:
    body = f"<h2>{heading}</h2><p>It rained.</p>"

    assert first_heading.without(body, [headline], ["Pier News"]) == body


def test_a_bold_line_is_a_heading_too() -> None:
    body = f"<p> <strong>{HEADLINE}</strong></p> <p>It rained.</p>"

    assert first_heading.without(body, [HEADLINE]) == "<p>It rained.</p>"
    assert first_heading.without(body[:-18], [HEADLINE]) == body[:-18]
    assert first_heading.without(f"<p>{HEADLINE}</p>", [HEADLINE]) == f"<p>{HEADLINE}</p>"
