"""Domains that are asked for what is no source: whose they are, and how long they are known."""

import datetime as dt

import pytest
from sqlalchemy import delete, select

from syndicate.store.ground.session import transaction
from syndicate.store.intake import hosts, source_leases
from syndicate.store.intake.sources import FetchHost
from tests import rows
from tests.rows import NOW

pytestmark = pytest.mark.usefixtures("database")
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


def lease(*domains: str, now: dt.datetime = NOW) -> tuple[list[str], list[str]]:
    """(ours, resting) of what is asked for."""
    with transaction() as tx:
        found = hosts.lease(tx, domains, now)
    return sorted(found.ours), sorted(found.resting)


def release(domain: str, until: dt.datetime | None) -> None:
    with transaction() as tx:
        source_leases.release_hosts(tx, {domain: until})


def test_nobody_gets_a_domain_that_somebody_has_until_it_is_given_back() -> None:
    assert lease("a.example", "b.example", "a.example") == (["a.example", "b.example"], [])
    assert lease("a.example", "c.example") == (["c.example"], [])

    release("a.example", NOW + SECOND)

    assert lease("a.example") == ([], [])
    assert lease("a.example", now=NOW + SECOND) == (["a.example"], [])
    assert lease("b.example", now=NOW + source_leases.LEASE) == (["b.example"], [])
    assert lease() == ([], [])


def test_a_domain_that_wants_rest_is_told_from_one_that_is_busy() -> None:
    lease("a.example", "b.example")
    release("a.example", NOW + dt.timedelta(hours=1))
    release("b.example", NOW + MINUTE)

    assert lease("a.example", "b.example") == ([], ["a.example"])


def test_a_source_is_not_polled_while_its_domain_is_asked_for_a_picture() -> None:
    with transaction() as tx:
        made = rows.source(tx, rows.publication(tx).id)
        source_id, domain = made.id, made.domain

    assert lease(domain) == ([domain], [])
    with transaction() as tx:
        assert source_leases.lease(tx, NOW, limit=9, source_ids=[source_id]) == []
    release(domain, None)
    with transaction() as tx:
        assert len(source_leases.lease(tx, NOW, limit=9, source_ids=[source_id])) == 1
    assert lease(domain) == ([], [])


def test_domains_of_no_source_are_forgotten_when_nobody_asked_them_for_a_while() -> None:
    with transaction() as tx:
        ours = rows.source(tx, rows.publication(tx).id).domain
    lease("old.example", "new.example", "lost.example")
    release("old.example", NOW + SECOND)
    release("new.example", NOW + dt.timedelta(days=1))

    with transaction() as tx:
        hosts.forget_idle(tx, NOW + hosts.KEPT)
        hosts.forget_idle(tx, NOW + hosts.KEPT + 2 * SECOND)
        kept = set(tx.scalars(select(FetchHost.domain)))
        hosts.forget_idle(tx, NOW + hosts.KEPT + dt.timedelta(hours=1))
        later = set(tx.scalars(select(FetchHost.domain)))

    assert kept == {ours, "new.example", "lost.example"}
    assert later == {ours, "new.example"}


def test_a_source_whose_domain_was_forgotten_is_polled_again() -> None:
    with transaction() as tx:
        ours = rows.source(tx, rows.publication(tx).id)
        tx.execute(delete(FetchHost))
        assert source_leases.lease(tx, NOW, limit=9, source_ids=[ours.id]) == []

        hosts.forget_idle(tx, NOW)

        assert len(source_leases.lease(tx, NOW, limit=9, source_ids=[ours.id])) == 1
