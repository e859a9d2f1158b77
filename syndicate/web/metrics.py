"""/metrics: what a monitoring system asks for, in Prometheus' text format; ids, never addresses.

Everything is read from the database at that moment, so that several web processes say the same.

Source: Prometheus exposition format 0.0.4.
"""

from collections.abc import Iterator, Mapping

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from syndicate import clock
from syndicate.alarms import ringing
from syndicate.mail.recovery import copy_check
from syndicate.newsroom.verbs import allow
from syndicate.store.ground.session import Transaction, transaction
from syndicate.store.newsroom import incidents
from syndicate.store.platform import due, installation
from syndicate.store.platform.tokens import Permission
from syndicate.store.views import operations, progress
from syndicate.web.api.actors import CanMeasure

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ALARMS_HELP = "findings that wait for a person, by alarm: " + "; ".join(
    f"{alarm.name}: {alarm.help}" for alarm in ringing.ALARMS
)

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(actor: CanMeasure) -> PlainTextResponse:
    """Gauges of this moment."""
    allow(actor, Permission.METRICS)
    with transaction() as tx:
        lines = list(_lines(tx))
    return PlainTextResponse("\n".join(lines) + "\n", media_type=_TYPE)


def _lines(tx: Transaction) -> Iterator[str]:
    now = clock.now()
    row = installation.read(tx)
    is_stopped = row is not None and row.stopped_at is not None
    yield from _gauge("syndicate_stopped", "1 while no mail is sent", {"": int(is_stopped)})
    is_held = copy_check.silence(tx, now) is not None
    yield from _gauge(
        "syndicate_held", "1 while mail is held: the database may be a copy", {"": int(is_held)}
    )
    lanes = {_label("lane", lane): count for lane, count in operations.ready_batches(tx).items()}
    yield from _gauge("syndicate_ready_batches", "batches that wait for a worker", lanes)
    late = operations.late_singles(tx, now)
    yield from _gauge(
        "syndicate_late_singles", "single mails that have waited over 2 minutes", {"": late}
    )
    sources = {
        _label("state", state): count for state, count in operations.sources_by_state(tx).items()
    }
    yield from _gauge("syndicate_sources", "sources by state", sources)
    held = {
        _label("reason", reason): count for reason, count in incidents.open_by_reason(tx).items()
    }
    yield from _gauge("syndicate_incidents", "open incidents with receivers, by reason", held)
    tick = due.tick(tx, now)
    yield from _gauge("syndicate_tick_age_seconds", "time since the last tick", {"": tick.age_s})
    states = {_label("state", state): int(state is tick.state) for state in due.TickState}
    yield from _gauge("syndicate_tick", "1 for the state that the tick is in", states)
    yield from _gauge("syndicate_deliveries", "deliveries of open mailings by state", _open(tx))
    rung = {_label("name", name): len(found) for name, found in ringing.by_name(tx, now).items()}
    yield from _gauge("syndicate_alarm", _ALARMS_HELP, rung)


def _open(tx: Transaction) -> dict[str, int]:
    return {
        f'mailing="{mailing_progress.mailing.id}",state="{name}"': number
        for mailing_progress in progress.find_all(tx, operations.open_mailings(tx))
        for name, number in mailing_progress.counts.as_dict().items()
        if name != "audience"
    }


def _gauge(name: str, text: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in values.items():
        shown = "+Inf" if value == float("inf") else str(value)
        yield f"{name}{{{labels}}} {shown}" if labels else f"{name} {shown}"


def _label(name: str, value: str) -> str:
    """A label as the text format writes it: a quote in one value would cost the whole answer."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{name}="{escaped}"'
