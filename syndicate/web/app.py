"""The web application: every route of the house, behind the guards that all of them share.

Handlers are plain `def` functions over `store`, run in threads, so that one slow query holds up
nobody else. A router of another room is included when its module is there.
"""

import importlib
import importlib.util

from fastapi import FastAPI

from syndicate import __version__
from syndicate.web import errors, guards, health, sites, static

# Every module that holds a `router`; a more particular route stands before a more general one.
ROUTERS = (
    "syndicate.web.reader.front",
    "syndicate.web.reader.article",
    "syndicate.web.reader.email_article",
    "syndicate.web.reader.printing",
    "syndicate.web.reader.share",
    "syndicate.web.reader.feedback",
    "syndicate.web.reader.feeds_page",
    "syndicate.web.reader.feeds",
    "syndicate.web.reader.newsletters",
    "syndicate.web.reader.issue",
    "syndicate.web.reader.confirm",
    "syndicate.web.reader.preferences",
    "syndicate.web.reader.unsubscribe",
    "syndicate.web.reader.never",
    "syndicate.web.mailbox",
    "syndicate.web.hub",
    "syndicate.web.hooks",
    "syndicate.web.hooks_mail",
    "syndicate.web.api.articles",
)


def build() -> FastAPI:
    """The application, with its own documentation pages off: they load scripts from elsewhere."""
    app = FastAPI(
        title="Syndicate",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    # The last one added stands outermost.
    app.add_middleware(guards.BodyCap)
    app.add_middleware(guards.CrossSiteCheck)
    app.add_middleware(sites.PublicationPrefix)
    app.add_middleware(guards.SecurityHeaders)
    app.add_middleware(guards.RequestLog)
    errors.install(app)
    app.include_router(health.router)
    app.include_router(static.router)
    for name in ROUTERS:
        if _exists(name):
            app.include_router(importlib.import_module(name).router)
    return app


def _exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its package is not there either
        return False


app = build()
