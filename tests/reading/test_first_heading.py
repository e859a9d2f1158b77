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
