"""Text of an element in each of the ways to write it."""

import pytest
from lxml import etree

from syndicate.reading.feeds import constructs

DIV = 'xmlns="http://www.w3.org/1999/xhtml"'


@pytest.mark.parametrize(
    ("element", "of_atom", "of_rss"),
    [
        ("<x>1 &lt; 2</x>", "1 &lt; 2", "1 < 2"),
        ("<x>&lt;b&gt;A&lt;/b&gt;</x>", "&lt;b>A&lt;/b>", "<b>A</b>"),
        ("<x type='html'>&lt;b&gt;A&lt;/b&gt;</x>", "<b>A</b>", "<b>A</b>"),
        ("<x>a <b>c</b> d</x>", "a <b>c</b> d", "a <b>c</b> d"),
        (
            "<x>&lt;i&gt;a&lt;/i&gt; <b>c</b></x>",
            "&lt;i&gt;a&lt;/i&gt; <b>c</b>",
            "<i>a</i> <b>c</b>",
        ),
        (
            f"<x type='xhtml'><div {DIV}>a &lt;b&gt; <i>c</i></div></x>",
            "a &lt;b&gt; <i>c</i>",
            None,
        ),
        ("<x mode='base64' type='text/html'>PGI+QTwvYj4=</x>", "<b>A</b>", None),
        ("<x mode='base64'>no</x>", "", None),
        ("<x type='text/plain'>a &amp; b</x>", "a &amp; b", None),
        ("<x type='image/png'>QUJD</x>", "", None),
        ("<x src='/1'>a</x>", "", None),
        (
            f"<x type='xhtml'><div {DIV} xml:base='/a/'><img xml:base='b/' src='c.jpg'/></div></x>",
            '<img xml:base="b/" src="/a/b/c.jpg"/>',
            None,
        ),
    ],
)
def test_what_an_element_holds_as_html(element: str, of_atom: str, of_rss: str | None) -> None:
    found = etree.fromstring(element)

    assert constructs.markup(found, is_construct=True) == of_atom
    if of_rss is not None:
        assert constructs.markup(found, is_construct=False) == of_rss


P = "<p>Use the &lt;script&gt; element.</p>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        pytest.param(P, P, id="a tag that is spoken of"),
        pytest.param("See &lt;b&gt; <i>here</i>", None, id="beside a real one"),
        pytest.param("<td>&lt;head&gt;</td><td>&lt;br/&gt;</td>", None, id="a name alone"),
        pytest.param('<td>&lt;a href="/1"&gt;</td>', None, id="half a link"),
        pytest.param("<pre><b>&lt;i&gt;x&lt;/i&gt;</b></pre>", None, id="code"),
        pytest.param("<p>&lt;script&gt;x()&lt;/script&gt;</p>", None, id="nothing would be left"),
        pytest.param("<p><b>Tip</b> &lt;i&gt;x&lt;/i&gt;</p>", None, id="beside one within"),
        pytest.param(
            "<div>&lt;p&gt;A &amp;amp; B&lt;/p&gt;</div>",
            "<div><p>A &amp; B</p></div>",
            id="within",
        ),
        pytest.param(
            '<p>&lt;img src="/a.jpg"&gt;</p>', '<p><img src="/a.jpg"></p>', id="a picture"
        ),
        pytest.param(
            f"&lt;div&gt;A <b>c</b> d&lt;/div&gt;{P}",
            f"<div>A <b>c</b> d</div>{P}",
            id="around real ones",
        ),
    ],
)
def test_of_real_elements_a_text_that_is_markup_alone_is_resolved(
    inner: str, expected: str | None
) -> None:
    found = etree.fromstring(f"<description>{inner}</description>")

    assert constructs.markup(found, is_construct=False) == (expected or inner)
