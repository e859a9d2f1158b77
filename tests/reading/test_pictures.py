"""Pictures of a text come through its cleaning once, at their address; counters do not."""

import pytest

from syndicate.reading.clean import clean

BASE = "https://pier.example/a/"
A, B = '<img src="https://pier.example/a.jpg">', '<img src="https://pier.example/b.jpg">'


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="data:x" data-src="/a.jpg">', A),
        ('<img alt="a">', ""),
        ('<img src="">', ""),
        ("<p>Seals</p><figure><img alt=x></figure>", "<p>Seals</p>"),
        ("<picture><img data-src='data:x'></picture>", ""),
        (
            '<img src="/a.jpg" alt="5 &lt; 6 &quot;x&quot;" width="600" onclick="x()" data-x="1">',
            f'{A[:-1]} alt="5 &lt; 6 &quot;x&quot;" width="600">',
        ),
        (
            "<picture><source srcset='/a.webp' type='image/x'><img srcset='/a.jpg 1x'></picture>",
            f"<picture>{A}</picture>",
        ),
        (
            "<video controls><source src='/v.mp4' srcset='x'></video>",
            '<video controls=""><source src="https://pier.example/v.mp4"></video>',
        ),
        # In <noscript>: the same picture once more, or the only one.
        ('<img data-src="/a.jpg"><noscript><img src="/a.jpg"></noscript>', A),
        ('<noscript><img src="/a.jpg"></noscript><img data-src="/a.jpg">', A),
        (
            '<div><img src="/small.jpg"></div><noscript><img src="/a.jpg"></noscript>',
            f"<div>{A}</div>",
        ),
        ('<img class="lazy"><noscript><img src="/a.jpg"></noscript>', A),
        ('<span class="lazy"></span><noscript><img src="/a.jpg"></noscript>', A),
        (f"<p>{A}</p><p><noscript>{B}</noscript></p>", f"<p>{A}</p><p>{B}</p>"),
        (f"<p>{A} and</p><noscript>{B}</noscript>", f"<p>{A} and</p>{B}"),
        (f"<noscript>{A}</noscript><img><noscript>{B}</noscript><img>", A + B),
        (f"<noscript>Switch scripts on {A}</noscript><p>a</p>", "<p>a</p>"),
        ("<p>a</p><noscript><img src='/a.jpg'>", "<p>a</p>"),
        (f"<amp-img src='/a.jpg' width='9'>{A}</amp-img>", f'{A[:-1]} width="9">{A}'),
        # Counters, and what is left of what is hidden.
        ('<p>a</p><noscript><img height="1" width="1" src="/tr?id=1"></noscript>', "<p>a</p>"),
        ('<p>a<img src="/x" style="display: none"></p>', "<p>a</p>"),
        ('<img src="/small.jpg" hidden data-src="/a.jpg">', A),
        (
            '<p>a</p><div style="display:none"><b>b</b><img src="/x"></div>',
            "<p>a</p><div><b>b</b></div>",
        ),
        (f'<div style="display:none"><p>b</p></div>{A}', f"<div><p>b</p></div>{A}"),
        ('<p style="color:red" hidden data-a="b">a</p>', "<p>a</p>"),
    ],
)
def test_a_picture_stands_once_at_its_address(markup: str, expected: str) -> None:
    assert clean(markup, base=BASE) == expected


def test_a_text_without_an_address_of_its_own_keeps_pictures_that_have_one() -> None:
    assert clean(f'<img src="/b.jpg" alt="b">{A}<img data-src="//pier.example/b.jpg">') == A + B


def test_what_a_text_has_become_is_cleaned_into_itself() -> None:
    markup = f"<figure><img data-src='/a.jpg' alt='a &amp; b' height='9'></figure><p>{B}</p>"

    once = clean(markup, base=BASE)

    assert clean(once) == once
