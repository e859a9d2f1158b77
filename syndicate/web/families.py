"""What /metrics tells of the rows of this moment, as metric families; ids, never addresses.

A label holds a word of ours, an id or what an operator called something. Units are seconds.

Source: Prometheus' naming.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric

from syndicate import __version__, settings
from syndicate.alarms import installation as installation_alarms
from syndicate.alarms import ringing
from syndicate.alarms.telling import ways
from syndicate.mail.recovery import copy_check
from syndicate.store.ground.session import Transaction
from syndicate.store.maintenance import migrate
from syndicate.store.newsroom import incidents
from syndicate.store.platform import due, heartbeats, installation, rings, tellings
from syndicate.store.platform.heartbeats import HeartKind
from syndicate.store.views import measures, operations, progress
from syndicate.vocabulary.sources import SourceState

L = TypeVar("L", bound=tuple[str, ...])  # values of labels, in their order
_ALARMS_HELP = "findings that wait for a person, by alarm: " + "; ".join(
    f"{alarm.name}: {alarm.help}" for alarm in ringing.ALARMS
)
_HEARD = dt.timedelta(hours=1)  # what left for good is no series for ever


def of_rows(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    """Every family, from an open transaction at a moment (aware UTC)."""
    yield _gauge("syndicate_up", "1 while the database answers", {(): 1})
    build = {"version": __version__, "schema": migrate.head()}
    yield InfoMetricFamily("syndicate_build", "which code runs", build)
    yield from _mail(tx, now)
    yield from _lanes(tx, now)
    yield from _content(tx, now)
    yield from _clockwork(tx, now)
    yield from _bells(tx, now)


def _mail(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    row = installation.read(tx)
    is_stopped = row is not None and row.stopped_at is not None
    yield _gauge("syndicate_mail_stopped", "1 while no mail is sent", {(): is_stopped})
    is_held = copy_check.silence(tx, now) is not None
    text = "1 while mail is held: the database may be a copy"
    yield _gauge("syndicate_mail_held", text, {(): is_held})
    text = "deliveries of the mailings of the last 24 hours, by state"
    recent = {(state,): number for state, number in measures.recent_deliveries(tx, now).items()}
    yield _gauge("syndicate_recent_deliveries", text, recent, "state")
    text = "deliveries of mailings under way, by state"
    yield _gauge("syndicate_deliveries", text, _open(tx), "mailing", "state")
    late = operations.late_singles(tx, now)
    text = "confirmations and emailed articles that have waited over 2 minutes"
    yield _gauge("syndicate_late_singles", text, {(): late})
    held = {(reason,): number for reason, number in incidents.open_by_reason(tx).items()}
    yield _gauge("syndicate_incidents", "open incidents with receivers", held, "reason")


def _open(tx: Transaction) -> Mapping[tuple[str, ...], float]:
    return {
        (str(mailing_progress.mailing.id), name): number
        for mailing_progress in progress.find_all(tx, operations.open_mailings(tx))
        for name, number in mailing_progress.counts.as_dict().items()
        if name != "audience"
    }


def _lanes(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    waiting = {(lane.value,): found for lane, found in measures.ready_batches(tx, now).items()}
    numbers = {lane: found.number for lane, found in waiting.items()}
    ages = {lane: found.oldest_s for lane, found in waiting.items()}
    yield _gauge("syndicate_ready_batches", "batches that wait for a worker", numbers, "lane")
    text = "for how long the first of these has waited"
    yield _gauge("syndicate_oldest_batch_seconds", text, ages, "lane")
    hub = measures.hub_deliveries(tx, now)
    text = "changes of feeds that subscribers of the hub wait for"
    yield _gauge("syndicate_hub_waiting", text, {(): hub.number})
    text = "for how long the first of these has waited"
    yield _gauge("syndicate_hub_oldest_seconds", text, {(): hub.oldest_s})


def _content(tx: Transaction, _now: dt.datetime) -> Iterator[Metric]:
    counted = operations.sources_by_state(tx)
    found = {(state.value,): counted.get(state, 0) for state in SourceState}
    yield _gauge("syndicate_sources", "sources by state", found, "state")


def _clockwork(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    tick = due.tick(tx, now)
    yield _gauge("syndicate_tick_age_seconds", "time since the last tick", {(): tick.age_s})
    states = {(state.value,): state is tick.state for state in due.TickState}
    yield _gauge("syndicate_tick", "1 for the state that the tick is in", states, "state")


def _bells(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    found = {(name,): len(needs) for name, needs in ringing.by_name(tx, now).items()}
    yield _gauge("syndicate_alarm_findings", _ALARMS_HELP, found, "alarm")
    text = "1 while the journal beside the database cannot be kept"
    yield _gauge(
        "syndicate_journal_missed", text, {(): found[installation_alarms.JOURNAL.name,] > 0}
    )
    yield from _rings(tx, now)
    configured = settings.load()
    named = {each.way: each.name for each in ways.webhooks(configured)} | {ways.MAIL: ways.MAIL}
    if configured.bell_dead_man_url is not None:
        named[ways.DEAD_MAN] = "dead man"
    health = tellings.health(tx, named)
    up = {(name,): way not in health or not health[way].is_failing for way, name in named.items()}
    text = "0 while a way of telling rings fails"
    yield _gauge("syndicate_bell_way_up", text, up, "way")


def _rings(tx: Transaction, now: dt.datetime) -> Iterator[Metric]:
    """What bells ring for, and who has heard it."""
    standing = rings.open_ones(tx)
    unheard = Counter(each.alarm for each in standing if each.acknowledged_at is None)
    text = "causes for which a bell rings and that nobody has acknowledged, by alarm"
    loud = {
        (each.name, each.severity.value): unheard[each.name]
        for each in ringing.ALARMS
        if each.bell is not None
    }
    yield _gauge("syndicate_alarm_ringing", text, loud, "alarm", "severity")
    heard = len(standing) - unheard.total()
    both = {("ringing",): unheard.total(), ("acknowledged",): heard}
    text = "rings that are not over, by whether somebody has acknowledged them"
    yield _gauge("syndicate_rings", text, both, "state")
    ages = {
        (kind.value, beat.name.replace("@", " on ")): (now - beat.heard_at).total_seconds()
        for kind in HeartKind
        for beat in heartbeats.known(tx, kind, now)
        if beat.heard_at > now - _HEARD
    }
    text = "time since a process or a relay was last heard, of those heard in the last hour"
    yield _gauge("syndicate_heard_age_seconds", text, ages, "kind", "name")


def _gauge(name: str, text: str, values: Mapping[L, float], *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for words, value in values.items():
        family.add_metric(words, float(value))
    return family
