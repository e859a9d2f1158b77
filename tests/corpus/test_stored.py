"""Five real feeds: every distinct (guid, link, title) is stored once."""

import pytest
from lxml import etree

from syndicate.reading.feeds import parse
from tests.collect import newsroom
from tests.collect.site import running
from tests.corpus import material


@pytest.mark.long
@pytest.mark.usefixtures("database")
def test_every_distinct_entry_of_real_feeds_is_stored_once() -> None:
    found = [each for each in material.feeds() if _is_well_formed(each[2])][:60]
    for start in range(0, 60, 12):
        _check([found[index][::2] for index in range(start, min(start + 5, len(found)))], start)


def _check(chosen: list[tuple[str, bytes]], number: int) -> None:
    before = {each.id for each in newsroom.carried()}
    publication_id = newsroom.publication(f"daily-{number}")
    with running() as site:
        ids = []
        for name, body in chosen:
            site.serve(f"/{name}", body)
            ids.append(newsroom.source(publication_id, site, f"/{name}"))
        expected = {
            (entry.guid, entry.link, entry.title)
            for name, body in chosen
            for entry in parse.parse(body, url=site.url(f"/{name}"), now=newsroom.NOW).entries
        }

        first = newsroom.collect(*ids)
        second = newsroom.collect(*ids)

    rows = [row for row in newsroom.carried() if row.id not in before]
    assert first.failed == 0
    assert sorted({(r.guid or "", r.link or "", r.title or "") for r in rows}) == sorted(
        (guid or "", link or "", title) for guid, link, title in expected
    )
    assert len(rows) == len(expected) == first.articles
    assert (second.articles, second.revisions) == (0, 0)


def _is_well_formed(body: bytes) -> bool:
    try:
        etree.fromstring(body)
    except etree.XMLSyntaxError:
        return False
    return True
