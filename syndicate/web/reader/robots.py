"""/robots.txt: what programs that read everything may leave alone."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from syndicate.feeds import model
from syndicate.settings import load
from syndicate.web.pages import PUBLIC
from syndicate.web.sites import SiteOf

_NOT_FOR_ROBOTS = ("/console", "/api/", "/mailbox", "/confirm/", "/preferences/", "/unsubscribe/")
_FORMS = ("/articles/*/email", "/articles/*/feedback", "/articles/*/share", "/articles/*/print")

router = APIRouter(include_in_schema=False)


@router.get("/robots.txt")
def robots(site: SiteOf) -> PlainTextResponse:
    """Pages that a token or a person opens are disallowed; the sitemap of the news is named."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {path}" for path in (*_NOT_FOR_ROBOTS, "/never/", *_FORMS)]
    base = model.site_of(site.publication, load().base_url(), is_first=not site.prefix).base
    lines += ["", f"Sitemap: {base}/sitemap-news.xml", ""]
    return PlainTextResponse("\n".join(lines), headers=PUBLIC)
