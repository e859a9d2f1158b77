"""/feeds.opml and /sitemap-news.xml: lists for programs, made when they are asked for."""

import hashlib

from fastapi import APIRouter, HTTPException, Request, Response

from syndicate import clock
from syndicate.feeds import model, opml, sitemap
from syndicate.feeds.model import Site
from syndicate.settings import load
from syndicate.store import feeds, news, publications
from syndicate.store.publications import Publication
from syndicate.store.session import Transaction, transaction
from syndicate.web import conditional

router = APIRouter(include_in_schema=False)

_CACHE = "public, max-age=300, s-maxage=2, stale-while-revalidate=60"


@router.api_route("/feeds.opml", methods=["GET", "HEAD"])
def feed_list(request: Request) -> Response:
    """Every feed of the house as OPML 2.0."""
    with transaction() as tx:
        groups = [(brand, site, feeds.offered(tx, brand.id)) for brand, site in _brands(tx)]
    return _answer(request, opml.opml(groups), "text/x-opml")


@router.api_route("/sitemap-news.xml", methods=["GET", "HEAD"])
def news_sitemap(request: Request, file: int | None = None) -> Response:
    """The news sitemap; an index of its files when there are more than 1,000 articles."""
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
    headers = {"ETag": f'"{tag}"', "Cache-Control": _CACHE}
    known = conditional.matching_tag(request.headers.get("if-none-match", ""), frozenset({tag}))
    if known is not None:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)
