"""Our Markdown as HTML: names of headings, links that are turned, pictures, tables."""

import pytest

from syndicate.render.manual import text
from syndicate.render.manual.text import Heading


def relink(link: str) -> str | None:
    return None if link.startswith("gone") else f"/there/{link}"


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("After a restore", "after-a-restore"),
        ("The relay's accept log", "the-relays-accept-log"),
        ("`/api/v1`", "apiv1"),
        ("Where do I change …?", "where-do-i-change-"),
    ],
)
def test_a_heading_is_named_as_a_viewer_of_repositories_names_it(heading: str, name: str) -> None:
    assert text.named(heading.replace("`", "")) == name


def test_headings_have_names_of_their_own_and_two_levels_are_listed() -> None:
    found = text.write("# Top\n\n## Use `it`\n\n### Use it\n\n#### Deep\n", relink)

    assert found.headings == (Heading(2, "use-it", "Use it"), Heading(3, "use-it-1", "Use it"))
    assert '<h3 id="use-it-1">' in found.html


def test_links_and_pictures_are_turned_and_what_leads_nowhere_is_words() -> None:
    found = text.write(
        '[a](x.md#y) [b **c**](gone.md) <img src="p.webp" alt="d">\n\n| t |\n|---|\n| u |\n', relink
    )

    assert (
        '<a href="/there/x.md#y">a</a> b <strong>c</strong> <img src="/there/p.webp"' in found.html
    )
    assert found.html.count('role="region"') == found.html.count('<table class="listing">') == 1
