"""What programs add to a story: none of it reaches a reader, and none of the story goes with it."""

import pytest

from syndicate.reading.feeds.noise import NamedStory, without_invitation, without_noise

STORY = NamedStory("Seals return", "https://pier.example/seals")
OWN = '<a href="https://pier.example/seals">Seals return</a>'
SITE = '<a href="https://pier.example">Pier News</a>'
TEXT = "<p>Twelve were counted.</p>"


@pytest.mark.parametrize(
    "noise",
    [
        pytest.param(f"<p>The post {OWN} appeared first on {SITE}.</p>", id="English"),
        pytest.param(f"<p>Der Beitrag {OWN} erschien zuerst auf {SITE}.</p>", id="German"),
        pytest.param(f"<p>L\u2019article {OWN} est apparu en premier sur {SITE}.</p>", id="French"),
        pytest.param(f"<p>ظهرت المقالة {OWN} أولاً على {SITE}.</p>", id="Arabic"),
        pytest.param(
            f"<p>{OWN} yaz\u0131s\u0131 ilk önce {SITE} üzerinde ortaya ç\u0131kt\u0131.</p>",
            id="Turkish",
        ),
        pytest.param(f"<p>投稿 {OWN} は {SITE} に最初に表示されました。</p>", id="Japanese"),
        pytest.param(f"<p>See {OWN}, {SITE}</p>", id="words of their own"),
        pytest.param(f"<div>{OWN} first appeared on {SITE}</div>", id="another element"),
        pytest.param(
            f"<p>The post {OWN.replace('/seals', '/r?u=7')} appeared first on {SITE}.</p>",
            id="a counter of clicks",
        ),
        pytest.param('<div style="display:none">words for machines</div>', id="hidden by style"),
        pytest.param("<p style='color:red; visibility : hidden'>words</p>", id="made invisible"),
        pytest.param("<p hidden>words</p>", id="hidden"),
        pytest.param('<div hidden="hidden"><div>words</div> more</div>', id="with others within"),
    ],
)
def test_noise_is_left_out(noise: str) -> None:
    assert without_noise(TEXT + noise, STORY) == TEXT


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"<p>The rest is told in {OWN}, and was on {SITE} before all the others had it.</p>",
            id="a sentence",
        ),
        pytest.param(f"<p>{OWN} and <a href='https://x.example/9'>this</a>.</p>", id="away"),
        pytest.param(f"{TEXT}<p>{SITE}</p>", id="one link"),
        pytest.param(
            f"<p>{OWN} {SITE}</p><p>And then everything began anew in the harbour.</p>", id="before"
        ),
        pytest.param(
            "<p>Short.</p><div style='display:none'>All the rest of a long story.</div>",
            id="most of it hidden",
        ),
        pytest.param(
            f"<p>{'The story. ' * 60}</p><div hidden>{'A transcript. ' * 26}</div>",
            id="what unfolds",
        ),
        pytest.param('<p title="a hidden place">x</p>', id="a word of a title"),
        pytest.param("<div hidden>never closed", id="never closed"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_story_is_left_as_it_is(text: str) -> None:
    assert without_noise(text, STORY) == text


def test_a_line_at_the_end_of_a_paragraph_goes_alone() -> None:
    said = f"<p>Twelve were counted. The post {OWN} appeared first on {SITE}.</p>"

    assert without_noise(said, STORY) == "<p>Twelve were counted.</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rose. [\u2026] The post Seals return appeared first on Pier.", "It rose. [\u2026]"),
        ("Es stieg. Der Beitrag Seals return erschien zuerst auf Pier News.", "Es stieg."),
        ("The post Seals return appeared first on Pier News.", ""),
        ("The post Other appeared first on Pier News.", None),
        ("Seals return, they said.", None),
    ],
)
def test_a_line_without_links_is_known_by_its_words(text: str, expected: str | None) -> None:
    assert without_noise(text, STORY) == (text if expected is None else expected)


@pytest.mark.parametrize(
    ("teaser", "expected"),
    [
        (f"<p>It rose \u2026 {OWN}</p>", "<p>It rose \u2026 "),
        ("It rose <a href='/seals'>Continue reading <b>Seals return</b> \u2192</a>", "It rose "),
        ("It rose <a href='/seals#n'>1</a>", None),
        ("It rose <a href='/other'>more</a>", None),
        ("<p>It rose</p><a href='/seals'>Mehr</a>", "<p>It rose</p>"),
        ("It rose. <a href='/seals'>Mehr</a>", "It rose. "),
        ("Twelve seals <a href='/seals'>have come back</a>", None),
        ("It rose, <a href='/seals'>said the mayor</a>.", None),
        (OWN, None),
    ],
)
def test_a_teaser_ends_before_it_leads_on(teaser: str, expected: str | None) -> None:
    assert without_invitation(teaser, STORY) == (teaser if expected is None else expected)
