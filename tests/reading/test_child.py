"""The process in which documents are read: all of it is loaded before the first one comes."""

import json
import subprocess
import sys

_READ = """
import json, sys
from syndicate.reading import child
child._load()
before = set(sys.modules)
for question, body in json.loads(sys.stdin.read()):
    child._read({"now": "2026-11-30T08:00:00+00:00", "url": "https://pier.example/x", **question},
                body.encode())
print(json.dumps(sorted(set(sys.modules) - before)))
"""
_ITEM = "<item><title>Fähre</title><pubDate>30 novembre 2026 à 8 h</pubDate></item>"
_RSS = f'<rss version="2.0"><channel><title>Pier</title>{_ITEM}</channel></rss>'
_BROKEN = _RSS.replace("</channel>", "&nbsp;<b></channel>")
_JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Ferry"}]}'
_SITEMAP = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    "<url><loc>https://pier.example/1</loc></url></urlset>"
)
_PAGE = (
    '<html lang="fr"><head><title>Ferry</title></head><body><article><h1>Ferry</h1>'
    "<time>le 30 novembre 2026</time><p>" + "The ferry sails again. " * 40 + "</p></article>"
)


def test_nothing_is_loaded_while_a_document_is_read() -> None:
    """A module that is first asked for under the limits may not be had any more."""
    documents = [
        ({"op": "feed"}, _RSS),
        ({"op": "feed"}, _BROKEN),
        ({"op": "feed", "content_type": "application/feed+json"}, _JSON),
        ({"op": "sitemap"}, _SITEMAP),
        ({"op": "page"}, _PAGE),
    ]

    done = subprocess.run(
        [sys.executable, "-c", _READ],
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) == []
