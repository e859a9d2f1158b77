"""The web application: every route of the house, behind the guards that all of them share.

Handlers are plain `def` functions over `store`, run in threads, so that one slow query holds up
nobody else. A router of another room is included when its module is there.
"""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool

from syndicate import __version__, clock, logs
from syndicate.errors import ForgottenError, SpecimenLinkError, SyndicateError
from syndicate.mail.recovery import copy_check
from syndicate.store.ground.session import DatabaseDownError
from syndicate.store.maintenance import migrate
from syndicate.web import (
    addresses,
    bodies,
    errors,
    guards,
    health,
    known_hosts,
    metrics,
    sites,
    static,
    storable,
    wrong_secrets,
)
from syndicate.web.console import done
from syndicate.web.description import Described
from syndicate.web.live import Poller, closing_with_the_server
from syndicate.web.reader import forgotten, of_a_test

log = logs.get(__name__)

# Every module that holds a `router`; a more particular route stands before a more general one.
ROUTERS = (
    # First, because most requests are polls of feeds, and routers are asked one after the other.
    "syndicate.web.reader.feeds",
    "syndicate.web.reader.front",
    "syndicate.web.reader.article",
    "syndicate.web.reader.email_article",
    "syndicate.web.reader.printing",
    "syndicate.web.reader.share",
    "syndicate.web.reader.feedback",
    "syndicate.web.reader.feeds_page",
    "syndicate.web.reader.newsletters",
    "syndicate.web.reader.issue",
    "syndicate.web.reader.confirm",
    "syndicate.web.reader.preferences",
    "syndicate.web.reader.unsubscribe",
    "syndicate.web.reader.never",
    "syndicate.web.reader.robots",
    "syndicate.web.reader.brand",
    "syndicate.web.manual",
    "syndicate.web.mailbox",
    "syndicate.web.console.sign_in",
    "syndicate.web.console.home",
    "syndicate.web.console.start",
    "syndicate.web.console.mailings",
    "syndicate.web.console.newsletters",
    "syndicate.web.console.issues",
    "syndicate.web.console.holds",
    "syndicate.web.console.limits",
    "syndicate.web.console.rehearsal",
    "syndicate.web.console.finding",
    "syndicate.web.console.lists",
    "syndicate.web.console.sources",
    "syndicate.web.console.making",
    "syndicate.web.console.feeds",
    "syndicate.web.console.articles",
    "syndicate.web.console.held",
    "syndicate.web.console.incidents",
    "syndicate.web.console.alarms",
    "syndicate.web.console.senders",
    "syndicate.web.console.readers",
    "syndicate.web.console.suppressions",
    "syndicate.web.console.audit",
    "syndicate.web.console.operators",
    "syndicate.web.console.tokens",
    "syndicate.web.console.keys",
    "syndicate.web.console.sessions",
    "syndicate.web.console.own",
    "syndicate.web.api.mailings",
    "syndicate.web.api.holds",
    "syndicate.web.api.limits",
    "syndicate.web.api.incidents",
    "syndicate.web.api.alarms",
    "syndicate.web.api.accepts",
    "syndicate.web.api.issues",
    "syndicate.web.api.newsletters",
    "syndicate.web.api.lists",
    "syndicate.web.api.readers",
    "syndicate.web.api.suppressions",
    "syndicate.web.api.feeds",
    "syndicate.web.api.partners",
    "syndicate.web.api.sources",
    "syndicate.web.api.senders",
    "syndicate.web.api.operators",
    "syndicate.web.api.tokens",
    "syndicate.web.api.keys",
    "syndicate.web.api.making",
    "syndicate.web.api.sessions",
    "syndicate.web.api.audit",
    "syndicate.web.metrics",
    "syndicate.web.hub",
    "syndicate.web.hooks_websub",
    "syndicate.web.hooks_mail",
    "syndicate.web.api.articles",
    "syndicate.web.api.editing",
)


def build() -> FastAPI:
    """The application, with its own documentation pages off: they load scripts from elsewhere."""
    app = Described(
        title="Syndicate",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        # The one of the framework copies the Host header; `OneForm` has one that does not.
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.poller = Poller()
    app.state.metrics = metrics.registry()
    # The last one added stands outermost.
    app.add_middleware(wrong_secrets.SlowWrongSecrets)
    app.add_middleware(bodies.BodyCap)
    app.add_middleware(guards.CrossSiteCheck)
    app.add_middleware(sites.PublicationPrefix)
    app.add_middleware(storable.StorableText)
    app.add_middleware(guards.HeadAsGet)
    app.add_middleware(addresses.OneForm)
    app.add_middleware(known_hosts.KnownHost)
    app.add_middleware(guards.SecurityHeaders)
    app.add_middleware(guards.RequestLog)
    errors.install(app)
    app.add_exception_handler(bodies.HasLeftError, bodies.unheard)
    app.add_exception_handler(ForgottenError, forgotten.answer)
    app.add_exception_handler(SpecimenLinkError, of_a_test.answer)
    app.include_router(health.router)
    app.include_router(static.router)
    for name in ROUTERS:
        is_console = name.startswith("syndicate.web.console.")
        heard = [Depends(done.hear)] if is_console else []
        app.include_router(importlib.import_module(name).router, dependencies=heard)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    await run_in_threadpool(_notice_a_copy)
    async with closing_with_the_server(app.state.poller):
        yield


def _notice_a_copy() -> None:
    """Before anybody signs up: a copy gives its numbers out a second time."""
    try:
        migrate.require_current()
        copy_check.notice(clock.now())
    except (SyndicateError, DatabaseDownError) as error:
        # `/readyz` says so too, and asks again.
        log.warning("database_not_compared", reason=type(error).__name__)


app = build()
