"""Documents of newsrooms beside the sample's, each with something that a stricter rule may read in
another way: dates, zones, embargoes, marks of templates, odd markup."""

import json

from tests.upgrade.world import BASE, Document

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"
XML = "application/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"

MARKS = (
    "Dear {{ reader.name }}, *|FNAME|* and %%UNSUBSCRIBE%%: {% if x %}y{% endif %} "
    "&lt;!--/--&gt; slot:preferences_url ${name} [[NAME]] %(name)s"
)
_LONG = " ".join(f"part {number} of a headline that never ends" for number in range(12))
_PARAGRAPHS = "".join(
    f"<p>The {word} of the quay was measured {word} by {word}, in metres and in &amp;c.</p>"
    for word in ("length", "breadth", "depth", "height", "weight", "price", "history")
)
_RICH = f"""<h2>Under the crane</h2>{_PARAGRAPHS}<ul><li>one</li><li>two<ol><li>in it</li></ol></li>
</ul><table><caption>Tides</caption><tr><th>Hour</th><th>Metres</th></tr><tr><td>06:00</td><td
colspan="2">1.5</td></tr></table><blockquote cite="/said">It &lt;b&gt; rained.</blockquote>
<figure><img data-src="/lazy.jpg" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="A
quay"><figcaption>The quay. <small>Harbour pictures</small></figcaption></figure>
<p style="color:red" onclick="x()">A <a href="../relative?utm_source=x#part">link</a>, <i>an <b>open
</i> bold</b>, a soft&shy;hyphen, zero\u200bwidth, <script>var a = "x"</script>a
<kbd>key</kbd>.</p><pre>a
  b</pre><p dir="rtl" lang="ar">نص عربي</p><p>{MARKS}</p>"""


def _item(number: int, **said: str) -> str:
    elements = {
        "title": f"Wire story {number}",
        "link": f"https://wire.example/story/{number}",
        "guid": f"wire-{number}",
        "pubDate": f"Tue, 24 Nov 2026 0{number % 4}:{10 + number}:00 +0000",
        "description": f"What happened in wire story {number}, told in one sentence.",
    }
    elements |= {name.replace("__", ":"): value for name, value in said.items()}
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items() if value)
    return f"<item>{inner}</item>"


_ITEMS = (
    _item(1, pubDate="Tue, 24 Nov 2026 03:11:00 +03:00"),
    _item(2, pubDate="Tue, 24 Nov 2026 02:12:00 GMT-5"),
    _item(3, pubDate="Mon, 23 Nov 2026 22:13:00 XYZT"),
    _item(4, pubDate="8:00 AM ET, November 23, 2026"),
    _item(5, pubDate="Tue, 24 Nov 2026 16:15:00 +0000"),  # ahead of the clock
    _item(6, pubDate="Thu, 24 Nov 2129 16:15:00 +0000"),
    _item(7, pubDate="Sat, 01 Jan 1938 00:00:00 +0000"),
    _item(8, pubDate="not a date"),
    _item(9, pubDate=""),
    _item(10, syndicate__embargo="not a date"),
    _item(11, syndicate__embargo="Mon, 23 Nov 2026 08:00:00 -05:00"),
    _item(12, syndicate__embargo="Tue, 24 Nov 2026 08:00:00 -05:00"),
    _item(13, dcterms__available="24.11.2026 05:10 Uhr", dcterms__accessRights="Premium"),
    _item(14, title=_LONG, content__encoded=f"<![CDATA[{_RICH}]]>"),
    _item(15, title="&lt;b&gt;Bold&lt;/b&gt; &amp;amp; plain", description=MARKS),
    _item(16, guid="", link="https://wire.example/story/16?utm_source=rss#top"),
    _item(17, link="", guid="https://wire.example/story/17"),
    _item(18, category="live blog", syndicate__note="", syndicate__change="fix"),
    _item(19, description="&lt;div&gt;" * 60 + "deep" + "&lt;/div&gt;" * 60),
    _item(
        20,
        syndicate__access="paid",
        media__content="<media:credit>Agency</media:credit>",
        enclosure="",
        dc__creator="By Wire Desk and Harbour Desk",
    ),
    _item(21, title="Same guid, first", guid="wire-twice"),
    _item(22, title="Same guid, second", guid="wire-twice"),
    _item(23, title="£1.5m is “enough”?", description="It fell by -1.5%: “no”, said the desk."),
)
_RSS = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
    'xmlns:syndicate="urn:syndicate:1" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title>'
    "<link>https://wire.example/</link><description>News</description>"
    f"{''.join(_ITEMS)}</channel></rss>"
)


def _entry(number: int, title: str, content: str, more: str = "") -> str:
    return (
        f"<entry><id>tag:quay.example,2026:{number}</id><title type='html'>{title}</title>"
        f"<link href='/quay/{number}'/><published>2026-11-24T0{number % 4}:20:00+03:30</published>"
        f"<updated>2026-11-24T0{number % 4}:40:00+03:30</updated>"
        f"<author><name>Quay desk</name></author>{more}"
        f"<content type='html'><![CDATA[{content}]]></content></entry>"
    )


_ATOM = (
    "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom' "
    "xml:lang='en'><title>Quay</title><id>tag:quay.example,2026:feed</id>"
    f"<link rel='hub' href='{BASE}/hub'/><link rel='self' href='{BASE}/quay.atom'/>"
    "<updated>2026-11-24T03:40:00Z</updated>"
    + _entry(1, "Rich markup", _RICH, "<category term='quay' label='Quay'/>")
    + _entry(2, MARKS, f"<p>{MARKS}</p>")
    + _entry(3, "Entities &amp;lt;here&amp;gt; &amp;amp; there", "<p>&lt;script&gt; &#8364; 5</p>")
    + "</feed>"
)
_JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Pier",
    "home_page_url": "https://pier.example/",
    "items": [
        {
            "id": f"pier-{number}",
            "url": f"https://pier.example/{number}",
            "title": title,
            "content_html": f"<p>Pier story {number}. {MARKS}</p>{_PARAGRAPHS}",
            "date_published": moment,
            "image": "https://pier.example/pier.jpg?width=100",
            "authors": [{"name": "Pier desk"}],
            "tags": ["Pier", "Quay"],
        }
        for number, title, moment in (
            (1, "A pier", "2026-11-24T02:00:00-05:00"),
            (2, "Another pier", "2026-11-24T03:00:00"),
            (3, "A third pier", "2026-11-25T09:00:00Z"),
        )
    ],
}
_NEWS = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset '
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    + "".join(
        f"<url><loc>{BASE}/dock/{number}</loc><news:news><news:publication><news:name>Dock"
        "</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-11-24T01:3{number}:00Z</news:publication_date>"
        f"<news:title>Dock story {number}</news:title></news:news></url>"
        for number in (1, 2)
    )
    + "</urlset>"
)


def _page(number: int) -> str:
    facts = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": f"Dock story {number}",
        "datePublished": f"Tue Nov 24 01:3{number}:00 CET 2026",
        "dateModified": f"2026-11-24T02:3{number}:00",
        "author": {"@type": "Organization", "name": "Dock desk"},
        "image": [f"{BASE}/dock-{number}.jpg"],
    }
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Dock story {number} | Dock</title>"
        f'<meta property="og:description" content="What the dock saw, part {number}.">'
        f'<script type="application/ld+json">{json.dumps(facts)}</script></head><body>'
        "<nav><a href='/'>Home</a> <a href='/more'>More of this</a></nav>"
        f"<article><h1>Dock story {number}</h1><p class='by'>By Dock desk</p>{_RICH}</article>"
        "<footer>All rights reserved.</footer></body></html>"
    )


DOCUMENTS = {
    "/wire.rss": Document(RSS, _RSS.encode()),
    "/quay.atom": Document(ATOM, _ATOM.encode()),
    "/pier.json": Document(JSON_FEED, json.dumps(_JSON).encode()),
    "/dock.xml": Document(XML, _NEWS.encode()),
    "/dock/1": Document(HTML, _page(1).encode()),
    "/dock/2": Document(HTML, _page(2).encode()),
}
# What the hub of /quay.atom pushes later: one entry more.
LATER = _ATOM.replace(
    "</feed>", _entry(4, "Pushed by a hub", "<p>It came at once.</p>") + "</feed>"
)
