"""/feeds.opml and /sitemap-news.xml: lists for programs, made when they are asked for.

Each has one address, without a publication's prefix: it lists the whole house. Any other form of it
is answered by a redirect there.
"""

import hashlib

from fastapi import APIRouter, HTTPException, Request, Response

from syndicate import clock
from syndicate.feeds import model, opml, sitemap
from syndicate.feeds.model import Site
from syndicate.settings import load
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import publications
from syndicate.store.newsroom.publications import Publication
from syndicate.store.syndication import feeds
from syndicate.store.syndication import news_sitemap as news
from syndicate.web import addresses, conditional, feed_shelf

router = APIRouter(include_in_schema=False)

_OPML = "/feeds.opml"
_SITEMAP = "/sitemap-news.xml"


@router.api_route(_OPML, methods=["GET", "HEAD"])
def feed_list(request: Request) -> Response:
    """Every feed of the house as OPML 2.0."""
    addresses.fields(request.scope["query_string"])
    if addresses.sent(request.scope) != _OPML:
        return addresses.leading_to(_OPML)
    with transaction() as tx:
        groups = [(brand, site, feeds.offered(tx, brand.id)) for brand, site in _brands(tx)]
    return _answer(request, opml.opml(groups), "text/x-opml")


@router.api_route(_SITEMAP, methods=["GET", "HEAD"])
def news_sitemap(request: Request) -> Response:
    """The news sitemap; an index of its files when there are more than 1,000 articles."""
    file = addresses.number(addresses.fields(request.scope["query_string"]), "file")
    own = _SITEMAP if file is None else f"{_SITEMAP}?file={file}"
    if addresses.sent(request.scope) != own:
        return addresses.leading_to(own)
    now = clock.now()
    with transaction() as tx:
        count = sitemap.files(news.count(tx, now=now))
        if file is not None and not 1 <= file <= count:
            raise HTTPException(404, "The news sitemap has no such file.")
        is_index = file is None and count > 1
        offset = 0 if file is None else (file - 1) * sitemap.PER_FILE
        rows = news.newest(tx, now=now, offset=offset, limit=1 if is_index else sitemap.PER_FILE)
        brands = {brand.id: (brand, site) for brand, site in _brands(tx)}
    if is_index:
        base = load().base_url()
        body = sitemap.index(base, count, max((row.updated_at for row in rows), default=None))
    else:
        body = sitemap.news(rows, brands)
    return _answer(request, body, "application/xml")


def _brands(tx: Transaction) -> list[tuple[Publication, Site]]:
    base_url = load().base_url()
    return [
        (brand, model.site_of(brand, base_url, is_first=place == 0))
        for place, brand in enumerate(publications.all_publications(tx))
    ]


def _answer(request: Request, body: bytes, media_type: str) -> Response:
    tag = hashlib.sha256(body).hexdigest()
    headers = {"ETag": f'"{tag}"', "Cache-Control": feed_shelf.KEPT}
    known = conditional.matching_tag(request.headers.get("if-none-match", ""), frozenset({tag}))
    if known is not None:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)
