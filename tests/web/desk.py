"""A newsroom that pushes one article, corrects it, and looks at what readers have of it."""

from typing import Any

from starlette.testclient import TestClient

from syndicate import clock
from syndicate.articles import editing
from syndicate.articles.editing import Wording
from syndicate.store.ground.session import transaction
from tests.acting import TESTER
from tests.application import build
from tests.collect import newsroom
from tests.feeds import building
from tests.web.pushing import PATH, article

FILLER = " ".join(f"word{number}" for number in range(300))
PICTURE = {
    "url": "https://daily.example/mayor.jpg?w=680",
    "caption": "The mayor",
    "credit": "Daily Pictures",
    "alt": "A man at a desk",
}
BODY = (
    "<p>It cost £1.5m and rose by 1.5%.</p><p>They did not resign.</p>"
    "<p><a href='https://daily.example/report'>The report</a> is out.</p>"
    "<figure><img src='https://daily.example/man.jpg'><figcaption>A man</figcaption></figure>"
    f"<p>{FILLER}</p>"
)
NOTE = "An earlier version was wrong."


def story(**values: Any) -> dict[str, Any]:
    said = {
        "headline": "The mayor took money",
        "standfirst": "What the court has heard.",
        "body_html": BODY,
        "authors": ["City desk"],
        "tags": ["Harbour", "Money"],
        "language": "en",
        "published_at": "2026-11-24T08:00:00Z",
        "pictures": [PICTURE],
    }
    return article(**{**said, **values})


def edited(before: str, after: str) -> dict[str, Any]:
    assert before in BODY
    return {"body_html": BODY.replace(before, after)}


def pictured(**values: Any) -> dict[str, Any]:
    return {"pictures": [{**PICTURE, **values}]}


class Desk:
    """A newsroom that pushes one article, and looks at what readers have of it."""

    def __init__(self, site: TestClient, bearer: dict[str, str]) -> None:
        self.site, self.bearer = site, bearer

    def push(self, **values: Any) -> str:
        answer = self.site.post(PATH, json=story(**values), headers=self.bearer)
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["outcome"])

    def word(self) -> tuple[int, str, str | None]:
        """Number, change and note of the newest revision."""
        newest = newsroom.revisions()[-1]
        return newest.number, newest.change.value, newest.note

    def page(self) -> str:
        """What readers see of it."""
        row = newsroom.only_article()
        return self.site.get(f"/articles/{row.id}/{row.slug}").text

    def entry(self, feed: str = "everything") -> dict[str, Any]:
        """The article as a feed has it, asked of a new web process; empty when it is not there."""
        building.publish_due(clock.now())
        with TestClient(build(), base_url="http://127.0.0.1:8080") as fresh:
            items = fresh.get(f"/feeds/{feed}.json").json()["items"]
        return dict(items[0]) if items else {}


def correct(wording: Wording) -> bool:
    with transaction() as tx:
        only = newsroom.only_article().id
        return editing.correct(tx, only, wording, note=NOTE, actor=TESTER, now=clock.now())
