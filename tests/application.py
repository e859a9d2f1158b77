"""The web application as a new process has it; its routes are read once for all tests.

FastAPI reads the signature of every handler when an application is first asked, which takes longer
than most tests do. What a process remembers (shelf of feeds, visits, watchers) is new each time.
"""

import copy

from fastapi import FastAPI
from starlette.datastructures import State

from syndicate.web import app as web
from syndicate.web import metrics
from syndicate.web.live import Poller


def build() -> FastAPI:
    made = copy.copy(web.app)
    made.state = State({"poller": Poller(), "metrics": metrics.registry()})
    made.middleware_stack = None
    return made
