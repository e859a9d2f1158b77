"""Articles made of what breaks feeds: the same ones each time."""

import datetime as dt
import random
from typing import Any

from tests.feeds import newsroom

_TITLES = (
    "Plain words",
    "Fish & chips < 5 > 3",
    "<b>Bold</b> claims",
    "<script>alert(1)</script> in a headline",
    "AT&amp;T &lt;tag&gt; &#8217; &nbsp; as the desk typed it",
    "CDATA ]]> in the middle",
    "Quotes \" and ' and `",
    "Emoji 🎉👩\u200d👩\u200d👧 and \U0001d518nicode 𠮷",
    "Control \x00\x01\x08\x0b\x0c\x1f\x7f characters",
    "C1 \x80\x85\x9f and \ufffe\uffff\ufdd0",
    "A lone \ud83d surrogate",
    "Line\nbreaks\r\nand\ttabs\u2028and\u2029more",
    "عنوان عربي مع English في الوسط",
    "\u202eRight to left override\u202c",
    "   spaces   around   ",
    "",
    "<!-- a comment --> <?php echo 1 ?> <![CDATA[x]]>",
    "A" * 400,
    "100 % of {{ templates }} ${are} %(text)s",
    "a:b/c?d=e&f=g#h",
    "İstanbul ßharp ﬁligature Ω",
    "-- =cmd|' /C calc'!A0",
)
_BODIES = (
    "<p>Plain.</p>",
    "<p>Text with ]]> inside.</p>",
    '<p>A <a href="/to?x=1&amp;y=2">link</a> <img src="pic/one.jpg" alt="a &quot;quote&quot;"></p>',
    '<p>Protocol-relative <img src="//cdn.example/a.png" srcset="a.png 1x, b.png 2x"></p>',
    "<h2>Cross-heading</h2><blockquote><p>Quote</p></blockquote><ul><li>One</li></ul>",
    "<p>Control \x00\x01\x0b\ufffe chars and \ud800 surrogate</p>",
    "<table><tbody><tr><td>1</td></tr></tbody></table>",
    "<p>نص عربي <b>غامق</b> with English</p><p>فقرة ثانية</p>",
    "<p>Unclosed <b>bold <i>both</p><p>next",
    "",
    "   ",
    "text without any element & a stray ampersand < less",
    '<p><a href="javascript:alert(1)">js</a> <a href="mailto:desk@example.com">mail</a></p>',
    '<p><a href="http://[bad">bad</a> <a href="http://x.example/ü ö?q=a b">spaces</a></p>',
    '<figure><img src="https://daily.example/p.jpg"><figcaption>Cap</figcaption></figure>',
    "<p>" + "Long. " * 3000 + "</p>",
    '<iframe src="https://video.example/1"></iframe><script>x</script><style>p{}</style>',
    '<p style="position:absolute" onclick="x()" data-x="1">Attributes</p>',
    "<p>&nbsp;&copy;&#x1F600;&#0;&bogus;</p>",
    "<pre>  code\n\tlines </pre><hr><br>",
)
_AUTHORS: tuple[list[str], ...] = (
    ["World desk"],
    [],
    ["A & B <desk>", "مكتب الأخبار"],
    ["\x00", " "],
    ["desk@example.com"],
    ["Dup", "Dup"],
    ["</b>", "AT&amp;T desk"],
)
_NAMES = (
    "<b>Sport</b>",
    "AT&amp;T",
    "R&D2 &lambda",
    "Floods & storms",
    "&lt;i&gt;",
    "\U0001fffe\U0010ffff",
    "\u202eturned",
    "a < b",
)
_ADDRESSES = (
    "https://daily.example/{0}",
    "https://daily.example/a b/{0}?x=1&y=2",
    "https://daily.example/عربي/{0}",
    "https://daily.example/{0}#part",
    "https://ümlaut.example/{0}",
    None,
)


def make(count: int) -> list[int]:
    """Write a publication and so many articles; their ids, newest first."""
    choose = random.Random(7)  # noqa: S311 - the same ones each time
    publication = newsroom.publication(
        name="Daily <News></b> &amp; Co", home_url="https://name:secret@täglich.example/a b/"
    )
    newsroom.logo(publication)
    section = newsroom.section(publication, "middle-east", name="Middle <i>East</i> &amp; R&D2")
    made = []
    for number in range(count):
        address = _ADDRESSES[number % len(_ADDRESSES)]
        is_arabic = number % 3 == 0
        values: dict[str, Any] = {
            "headline": _clean(_TITLES[number % len(_TITLES)]),
            "standfirst": _clean(choose.choice(_TITLES)),
            "body_html": _clean(_BODIES[number % len(_BODIES)]),
            "authors": [_clean(name) for name in choose.choice(_AUTHORS)],
            "url": address and address.format(number),
            "section_id": section if number % 2 else None,
            "language": "ar"
            if is_arabic
            else choose.choice(["en", "en-GB", "zh-Hant", "x-klingon"]),
            "direction": "rtl" if is_arabic else "ltr",
            "updated_at": newsroom.NOW - dt.timedelta(microseconds=number * 61_234_567 - 5),
            "kind": choose.choice(["story", "wire", "live"]),
        }
        article = newsroom.article(publication, number, **values)
        made.append(article)
        if number % 4 == 0:
            _pictures(article, number)
        if number % 5 == 0:
            newsroom.tag(article, f"tag-{number}", _NAMES[number // 5 % len(_NAMES)])
    return made


def _clean(text: str) -> str:
    """What a database can hold of it: PostgreSQL knows no NUL and no lone surrogate."""
    return "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")


def _pictures(article: int, number: int) -> None:
    newsroom.picture(
        article,
        url=f"https://daily.example/{number} ü.jpg?a=1&b=2",
        caption=_clean(_TITLES[number % len(_TITLES)]),
        credit="EPA & <AP>",
    )
    newsroom.picture(
        article,
        position=1,
        url=f"https://daily.example/{number}-2.png",
        media_type=None,
        size_bytes=None,
        width=None,
        height=None,
        caption="",
        credit="",
    )
