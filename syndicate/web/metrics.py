"""/metrics: what a monitoring system asks for, in the format that it asks for.

The rows are read at that moment, so that several web processes say the same; what was read stands
for five seconds, so that many who ask cost no more than one. Beside it stand the figures of this
web process itself (`process_…`, `python_…`).

Source: Prometheus exposition format; OpenMetrics.
"""

import threading
import time
from collections.abc import Iterator, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from syndicate import clock
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import transaction
from syndicate.store.platform.tokens import Permission
from syndicate.web import families
from syndicate.web.api.actors import CanMeasure

KEEP_S = 5.0

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(actor: CanMeasure, request: Request) -> Response:
    """Gauges of this moment."""
    allow(actor, Permission.METRICS)
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    body = encode(request.app.state.metrics)
    return Response(body, headers={"Content-Type": media_type})


def registry() -> CollectorRegistry:
    """All that this process can tell; made once for an application, and reads nothing yet."""
    made = CollectorRegistry()
    made.register(Rows())
    ProcessCollector(registry=made)
    PlatformCollector(registry=made)
    GCCollector(registry=made)
    return made


class Rows(Collector):
    """What stands in rows, read once in five seconds by whoever asks first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._found: Sequence[Metric] = ()

    def collect(self) -> Iterator[Metric]:
        """Every family, at most five seconds old."""
        with self._lock:
            if not self._found or time.monotonic() - self._read_at >= KEEP_S:
                began = time.monotonic()
                with transaction() as tx:
                    self._found = list(families.of_rows(tx, clock.now()))
                self._read_at = time.monotonic()
                text = "how long it took to read this from the database"
                took = GaugeMetricFamily("syndicate_scrape_seconds", text, self._read_at - began)
                self._found = [*self._found, took]
            return iter(self._found)
