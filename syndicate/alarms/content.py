"""What comes in: sources that do not answer or change, and what of it is held."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby

from syndicate import phrases
from syndicate.alarms.need import CASES, Alarm, Need
from syndicate.articles import date_notices
from syndicate.store.ground.session import Transaction
from syndicate.store.views import operations
from syndicate.vocabulary.bells import Bell, Owner, Severity
from syndicate.vocabulary.sources import SourceState

_SOURCES = 5  # by name in each state; an outage of ours brings all at once


def _embargoes(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    if held := date_notices.held_now(tx):
        yield Need(held, key="embargoes")


UNREAD_EMBARGOES = Alarm(
    name="unread_embargoes",
    help="articles are held because their embargoes cannot be read",
    path="/console/held",
    look=_embargoes,
    bell=Bell.HELD,
    owner=Owner.DESK,
    severity=Severity.PAGE,
    runbook="runbooks/held",
    test=CASES,
)


def _sources(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for state in SourceState:
        if state not in SourceState.troubled():
            continue
        for name, publication_id in operations.sources_in(tx, state):
            said = f"The source {name} is {state}."
            yield Need(said, publication_id=publication_id, kept_with=state)


def _few_sources(found: Sequence[Need]) -> Iterable[Need]:
    """The first of each state by name, and how many more there are."""
    for state, alike in groupby(found, key=lambda need: need.kept_with):
        named = list(alike)
        yield from named[:_SOURCES]
        if more := len(named) - min(len(named), _SOURCES):
            yield Need(f"{phrases.counted(more, 'more source is', 'more sources are')} {state}.")


SOURCES = Alarm(
    name="sources",
    help="a source is failing, dormant or gone",
    path="/console/sources",
    look=_sources,
    fold=_few_sources,
    owner=Owner.DESK,
    runbook="runbooks/notices#sources",
    test=CASES,
)


def _held_documents(tx: Transaction, _now: dt.datetime) -> Iterable[Need]:
    for name, publication_id in operations.sources_held(tx):
        yield Need(
            f"The source {name} changes all its headlines or stories at once; accept that, or drop "
            "it.",
            key=f"source:{publication_id}:{name}",
            publication_id=publication_id,
        )


HELD_DOCUMENTS = Alarm(
    name="held_documents",
    help="a source changes all its headlines or stories at once, and nobody has looked at it",
    path="/console/sources",
    look=_held_documents,
    bell=Bell.HELD,
    owner=Owner.DESK,
    runbook="runbooks/held",
    test=CASES,
)
