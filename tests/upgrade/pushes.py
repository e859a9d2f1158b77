"""What the sample newsrooms' CMSs push: every field that there is, and every fate of an article."""

import json
from dataclasses import dataclass
from typing import Any

from tests.upgrade.wire import MARKS

ENGLISH, ARABIC = "harbour-post", "barid-al-marfa"


@dataclass(frozen=True)
class Push:
    """One request.

    Attributes:
        id: the CMS's own.
        body: JSON, exactly as it is sent.
    """

    id: str
    body: str


def _push(number: int, **said: Any) -> Push:
    article = {
        "id": f"cms-{number}",
        "publication": ENGLISH,
        "url": f"https://cms.harbour-post.example/{number}",
        "headline": f"Pushed story {number}",
        "standfirst": f"What pushed story {number} is about.",
        "body_html": f"<p>The text of pushed story {number}.</p>",
        "authors": ["World desk"],
        "section": "World",
        "published_at": f"2026-11-24T03:{number:02}:00Z",
        **said,
    }
    return Push(str(article["id"]), json.dumps(article, ensure_ascii=False))


def _picture(name: str, **said: Any) -> dict[str, Any]:
    return {
        "url": f"https://cms.harbour-post.example/pictures/{name}.jpg?w=960",
        "caption": f"The {name}",
        "credit": "Harbour Post Graphics",
        "alt": f"A {name}",
        "media_type": "image/jpeg",
        "width": 960,
        "height": 540,
        "size_bytes": 81234,
        **said,
    }


_RICH = (
    "<h2>Numbers</h2><p>It cost £1.5m, <em>not</em> $1.5m; “a lie?”, <a href='/desk'>said</a> the"
    " desk.</p><ul><li>-1.5%</li><li>1,5</li></ul><table><tr><th>a</th><td>b</td></tr></table>"
    "<figure><img src='/pictures/man.jpg' alt='A man'><figcaption>A man</figcaption></figure>"
    f"<blockquote><p>{MARKS}</p></blockquote><p>Line<br>break&nbsp;and &lt;tags&gt;</p>"
    "<script>alert(1)</script><iframe src='https://video.example/1'></iframe>"
)

# In the order in which they are sent; the digest is sent between the two lists.
FIRST = (
    _push(
        1,
        headline="Everything that can be said",
        body_html=_RICH,
        authors=["World desk", "Business desk"],
        tags=["Harbour", "Money", "حبر"],
        language="en-GB",
        updated_at="2026-11-24T03:30:00+05:30",
        kind="opinion",
        access="free",
        pictures=[
            _picture("crane"),
            _picture("ferry", channels=["page", "mail"], rights_until="2027-11-24T00:00:00Z"),
            _picture("lamp", rights_until="2026-11-24T04:30:00Z"),
        ],
    ),
    _push(
        2,
        publication=ARABIC,
        url="https://cms.barid-al-marfa.example/2",
        headline="قصة من المرفأ: ما الجديد؟",
        standfirst="ما الذي حدث في المرفأ.",
        body_html="<p>نصّ القصّة، وفيه ١٫٥ مليون.</p>",  # noqa: RUF001 - Arabic numbers
        authors=["مكتب العالم"],
        language="ar",
        section=None,
        tags=["مرفأ"],
    ),
    _push(3, access="paid", section="Business", pictures=[_picture("vault", channels=["page"])]),
    _push(4, access="registered", kind="gallery", section="culture"),
    _push(5, embargo_until="2026-11-26T06:00:00+03:00", headline="Not before Thursday"),
    _push(6, embargo_until="2026-11-24T04:45:00Z", headline="Out since a quarter to five"),
    _push(7, kind="live", headline="As it happens", body_html="<p>06:00 It begins.</p>"),
    _push(8, state="draft", headline="Not finished"),
    _push(9, headline="Will be killed by the CMS"),
    _push(10, headline="Will be killed by an editor"),
    _push(11, headline="Will be taken down"),
    _push(12, headline="Will be corrected by an editor"),
    _push(13, headline="Will be corrected by the CMS"),
    _push(14, headline="Will be put right in silence"),
    _push(15, published_at="2026-11-30T09:00:00Z", headline="Dated ahead of the clock"),
    _push(16, published_at="1969-07-20T20:17:00Z", headline="Dated before the epoch"),
    _push(17, published_at="2150-01-01T00:00:00+14:00", headline="Dated in another century"),
    _push(18, published_at=None, headline="Without a date", section="Nowhere", authors=[]),
    _push(
        19,
        headline=f"  Blanks \t and\nbreaks, {MARKS}  ",
        standfirst="Ends  with\u00a0odd\u200b blanks \u0007 and a bell",
        body_html=f"<p>{MARKS}</p><p>Not closed <b>at all",
        authors=["By Desk; Other desk", " desk "],
        tags=["Slot:preferences_url", "{{ x }}"],
        note="A note that comes with the first push",
        section=None,  # no mail of older code carries words that it would have taken for its own
    ),
    _push(20, url=None, headline="Has no page of its own", body_html="", standfirst=""),
)
SECOND = (
    _push(7, kind="live", headline="As it happens", body_html="<p>06:00 It begins. 07 More.</p>"),
    _push(9, headline="Will be killed by the CMS", state="killed", note="It was wrong."),
    _push(
        13,
        headline="Was corrected by the CMS",
        body_html="<p>The text of pushed story 13, in which a number was wrong.</p>",
        change="correction",
        note="An earlier version named a wrong number.",
    ),
    _push(
        14,
        headline="Will be put right in silence",
        body_html="<p>The text of pushed story 14, spelt well.</p>",
        change="fix",
    ),
    _push(21, headline="Told at once", alert=True, pictures=[_picture("siren")]),
)


def last_of_each() -> list[Push]:
    """What the CMS would send again: of each article the newest push, in order."""
    return list({each.id: each for each in (*FIRST, *SECOND)}.values())
