"""A hub for the tests of the subscriber's side, and the feed whose topic it serves."""

import datetime as dt
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.testclient import TestClient

from syndicate.collect import websub
from syndicate.vocabulary.sources import SourceKind
from tests.collect import newsroom
from tests.collect.newsroom import NOW, item, rss
from tests.collect.site import Asked, Reply, Site

SOON = NOW + dt.timedelta(minutes=1)


class Hub:
    """A hub that remembers what it was asked, and that can verify and deliver."""

    def __init__(self, site: Site, client: TestClient) -> None:
        self.site, self.client = site, client
        self.asked: list[dict[str, str]] = []
        site.routes["/hub"] = self.take

    def take(self, asked: Asked) -> Reply:
        form = parse_qs(asked.body.decode())
        self.asked.append({name: values[0] for name, values in form.items()})
        return Reply(202)

    def verify(self, index: int = -1, **changes: str) -> tuple[int, str]:
        asked = self.asked[index]
        said = {
            "hub.mode": asked["hub.mode"],
            "hub.topic": asked["hub.topic"],
            "hub.challenge": "c-1",
            "hub.lease_seconds": "864000",
        }
        said |= {name.replace("_", ".", 1): value for name, value in changes.items()}
        answer = self.client.get(f"{self.path(index)}?{urlencode(said)}")
        return answer.status_code, answer.text

    def deliver(
        self, body: bytes = b"x", *, algorithm: str = "sha256", signed: bool = True, index: int = -1
    ) -> int:
        key = self.asked[index]["hub.secret"].encode()
        mac = hmac.new(key, body, getattr(hashlib, algorithm)).hexdigest()
        headers = {"Content-Type": "application/rss+xml"}
        headers |= {"X-Hub-Signature": f"{algorithm}={mac}"} if signed else {}
        return self.client.post(self.path(index), content=body, headers=headers).status_code

    def path(self, index: int = -1) -> str:
        return "/hooks/" + self.asked[index]["hub.callback"].partition("/hooks/")[2]


def feed(hub: Hub, *items: str, topic: str = "/self", hub_path: str = "/hub") -> bytes:
    """A feed that names the hub and itself."""
    links = (
        f'<atom:link rel="hub" href="{hub.site.url(hub_path)}"/>'
        f'<atom:link rel="self" href="{hub.site.url(topic)}"/>'
    )
    return rss(*items, head=links)


def subscribe(hub: Hub, *, topic: str = "/self", hub_path: str = "/hub", **values: Any) -> int:
    """A source whose hub was asked; its id."""
    hub.site.serve("/feed", feed(hub, item(1), topic=topic, hub_path=hub_path))
    source_id = newsroom.source(
        newsroom.publication(), hub.site, "/feed", kind=SourceKind.WEBSUB, **values
    )
    newsroom.collect(source_id)
    websub.ask_due(SOON)
    return source_id
