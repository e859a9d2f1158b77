"""Sending while things die: each case sends one mailing and counts at the sink.

    python -m tests.faults.campaign [--json] [--audience 20000] [--case NAME …] [--relay HOST:PORT]

`lost` are readers that nothing arrived for and that the ledger does not call ambiguous, failed or
suppressed; `duplicates` are messages beyond the first to one reader; `recovered_s` is the longest
that anything waited for what died: until nothing of a killed worker's was in its hands any more,
the clock rang again, or mail could leave. With `--relay` the campaign
goes to somebody else's SMTP server: the counts at the sink are its owner's business (null here), it
is not killed, and without its `--accept-log` the cases of *reconcile* run under *skip*.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from sqlalchemy import select

from syndicate import clock
from syndicate.store.ground.session import transaction
from syndicate.store.readers.recipients import Recipient
from syndicate.store.sending.mailings import Delivery
from syndicate.vocabulary.sending import AmbiguousPolicy, DeliveryState
from tests.faults import stack_kills
from tests.faults.rig import CHUNK, Rig
from tests.mail.campaign import Plan, start

DROP = 0.0005
STACK = "one host: "
RECOVERED_S = 5.0  # what dies on one host is noticed and made good within so many seconds
THAWED_AFTER_S = 5.0
Trouble = Callable[[Rig, int, random.Random], int]


@dataclass(frozen=True)
class Case:
    """One campaign.

    Attributes:
        trouble: what is done to it; returns how many workers were killed.
        rounds: how often.
    """

    name: str
    policy: AmbiguousPolicy
    trouble: Trouble
    rounds: int


@dataclass(frozen=True)
class Report:
    """What became of one case; `accepted` counts readers at the sink."""

    name: str
    audience: int
    accepted: int | None
    lost: int | None
    duplicates: int | None
    ambiguous: int
    dropped_250s: int
    kills: int
    bound: int
    recovered_s: float | None = None

    def is_good(self) -> bool:
        """Whether the case kept what its policy promises."""
        if self.recovered_s is not None and self.recovered_s > RECOVERED_S:
            return False
        if self.lost is None or self.duplicates is None:
            return True
        if self.lost:
            return False
        return self.duplicates <= self.bound and self.ambiguous <= self.most_ambiguous()

    def most_ambiguous(self) -> int:
        """A chunk for each kill, one for each 250 that was never said."""
        return self.kills * CHUNK + self.dropped_250s


def kill_worker(rig: Rig, _mailing: int, chance: random.Random) -> int:
    """kill -9 of a worker, any of them."""
    names = [name for name in rig.running if name.startswith("bulk")]
    rig.kill_worker(chance.choice(names))
    return 1


def kill_valkey(rig: Rig, _mailing: int, _chance: random.Random) -> int:
    """Valkey dies with all its data."""
    rig.kill_valkey()
    return 0


def restart_postgres(rig: Rig, _mailing: int, _chance: random.Random) -> int:
    """PostgreSQL goes away for three seconds: each worker may lose sight of its chunk."""
    rig.restart_postgres()
    return rig.workers


def worker_and_valkey(rig: Rig, mailing: int, chance: random.Random) -> int:
    """A worker dies, then Valkey with all its data."""
    kills = kill_worker(rig, mailing, chance)
    return kills + kill_valkey(rig, mailing, chance)


def kill_and_restart(rig: Rig, mailing: int, chance: random.Random) -> int:
    """A worker dies, then PostgreSQL goes away for three seconds."""
    kills = kill_worker(rig, mailing, chance)
    return kills + restart_postgres(rig, mailing, chance)


def dead_relay(seconds: float) -> Trouble:
    """The relay is dead for a while: each connection may lose one 250."""

    def trouble(rig: Rig, _mailing: int, _chance: random.Random) -> int:
        rig.kill_relay(seconds)
        return rig.workers

    return trouble


def deploy(rig: Rig, _mailing: int, chance: random.Random) -> int:
    """SIGTERM to a worker, as a deploy does: nothing may be lost sight of."""
    names = [name for name in rig.running if name.startswith("bulk")]
    rig.deploy_worker(chance.choice(names))
    return 0


def kill_beat(rig: Rig, _mailing: int, _chance: random.Random) -> int:
    """Whoever rings the tick dies: mail goes on meanwhile."""
    rig.kill_clock("beat")
    return 0


def kill_tick(rig: Rig, _mailing: int, _chance: random.Random) -> int:
    """Whoever takes the steps of the tick dies."""
    rig.kill_clock("tick", "tick")
    return 0


def session_ended(rig: Rig, mailing: int, _chance: random.Random) -> int:
    """PostgreSQL hangs up on a worker that is stopped in mid-chunk, and that then goes on."""
    rig.freeze("bulk-0")
    rig.end_session("bulk-0")
    rig.await_cut_off("bulk-0")
    rig.wait_for(mailing, 10**9, THAWED_AFTER_S)
    rig.thaw("bulk-0")
    return 1


def restarted_under(rig: Rig, mailing: int, _chance: random.Random) -> int:
    """PostgreSQL is restarted under a worker that is stopped in mid-chunk, and then goes on."""
    rig.freeze("bulk-0")
    rig.restart_postgres()
    rig.await_cut_off("bulk-0")
    rig.wait_for(mailing, 10**9, THAWED_AFTER_S)
    rig.thaw("bulk-0")
    return rig.workers


def frozen_worker(seconds: float) -> Trouble:
    """A worker is stopped until its lease is over and wakes in the middle of its chunk."""

    def trouble(rig: Rig, mailing: int, _chance: random.Random) -> int:
        rig.freeze("bulk-0")
        rig.wait_for(mailing, 10**9, seconds)
        rig.thaw("bulk-0")
        return 1

    return trouble


_POLICIES = AmbiguousPolicy
LONG = (
    Case("reconcile: 20 kills", _POLICIES.RECONCILE, kill_worker, 20),
    Case("resend: 20 kills", _POLICIES.RESEND, kill_worker, 20),
    Case("skip: 20 kills", _POLICIES.SKIP, kill_worker, 20),
    Case("reconcile: valkey killed with all data", _POLICIES.RECONCILE, worker_and_valkey, 3),
    Case("reconcile: postgres restarted", _POLICIES.RECONCILE, restart_postgres, 3),
    Case("reconcile: relay dead for a minute", _POLICIES.RECONCILE, dead_relay(60), 1),
    Case("skip: sigterm deploys", _POLICIES.SKIP, deploy, 6),
    Case("reconcile: frozen worker", _POLICIES.RECONCILE, frozen_worker(150), 1),
    Case("skip: session ended under a frozen worker", _POLICIES.SKIP, session_ended, 3),
    Case("resend: session ended under a frozen worker", _POLICIES.RESEND, session_ended, 3),
    Case("skip: postgres restarted under a frozen worker", _POLICIES.SKIP, restarted_under, 2),
    Case("skip: beat killed", _POLICIES.SKIP, kill_beat, 2),
    Case("skip: tick killed", _POLICIES.SKIP, kill_tick, 2),
)
SHORT = (
    Case("short reconcile: kills and a restart", _POLICIES.RECONCILE, kill_and_restart, 2),
    Case("short skip: worker and valkey killed", _POLICIES.SKIP, worker_and_valkey, 2),
    Case("short resend: worker and valkey killed", _POLICIES.RESEND, worker_and_valkey, 2),
    Case("short skip: session ended under a frozen worker", _POLICIES.SKIP, session_ended, 1),
    Case("short skip: postgres restarted while frozen", _POLICIES.SKIP, restarted_under, 1),
)


def run(
    case: Case,
    *,
    audience: int,
    relay: str | None = None,
    accept_log: Path | None = None,
) -> Report:
    """Run one case in a folder of its own."""
    chance = random.Random(1)  # noqa: S311 - chance, not secrecy
    with tempfile.TemporaryDirectory(prefix="syndicate-faults-") as folder:
        rig = Rig(Path(folder), relay=relay, drop=0.0 if relay else DROP)
        if case.policy is AmbiguousPolicy.RECONCILE:
            rig.more_env |= reconciling(accept_log or Path(folder) / "sink" / "accept.log")
        with rig:
            plan = Plan(audience=audience, policy=case.policy, batch_size=500)
            mailing_id = start(plan, now=clock.now())
            kills = _trouble(rig, case, mailing_id, audience, chance)
            counts = rig.wait_until_done(mailing_id, 900)
            return _report(rig, case, mailing_id, kills, counts.ambiguous)


def for_relay(case: Case, *, has_log: bool) -> Case | None:
    """A case as it can be run against somebody else's relay, or None."""
    if "relay dead" in case.name:
        return None
    if case.policy is AmbiguousPolicy.RECONCILE and not has_log:
        name = case.name.replace("reconcile", "skip")
        return replace(case, name=name, policy=AmbiguousPolicy.SKIP)
    return case


def reconciling(accept_log: Path) -> dict[str, str]:
    """The settings under which the relay's own log settles what is ambiguous."""
    return {
        "SYNDICATE_RELAY_ACCEPT_LOG": str(accept_log),
        "SYNDICATE_RELAY_ACCEPT_LAG_S": "5",
    }


def _trouble(rig: Rig, case: Case, mailing_id: int, audience: int, chance: random.Random) -> int:
    kills = 0
    for number in range(case.rounds):
        share = (number + chance.random()) / (case.rounds + 1)
        rig.wait_for(mailing_id, int(audience * share), 600)
        kills += case.trouble(rig, mailing_id, chance)
    return kills


def _report(rig: Rig, case: Case, mailing_id: int, kills: int, ambiguous: int) -> Report:
    taken, dropped = rig.sink.taken(), rig.sink.dropped()
    with transaction() as tx:
        rows = tx.execute(
            select(Recipient.address, Delivery.state)
            .join(Delivery, Delivery.recipient_id == Recipient.id)
            .where(Delivery.mailing_id == mailing_id)
        ).all()
    is_counted = rig.sink.folder is not None
    missing = [
        row for row in rows if row.address not in taken and row.state is DeliveryState.ACCEPTED
    ]
    missing += [row for row in rows if row.state is DeliveryState.PENDING]
    doubles = sum(times - 1 for times in taken.values())
    resends = case.policy is AmbiguousPolicy.RESEND
    return Report(
        name=case.name,
        audience=len(rows),
        accepted=len(taken) if is_counted else None,
        lost=len(missing) if is_counted else None,
        duplicates=doubles if is_counted else None,
        ambiguous=ambiguous,
        dropped_250s=dropped,
        kills=kills,
        bound=kills * CHUNK + dropped if resends else 0,
        recovered_s=None if rig.recovered_s is None else round(rig.recovered_s, 2),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, run the cases, print what became of them."""
    parser = argparse.ArgumentParser(description="Sending while things die.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--audience", type=int, default=20_000)
    parser.add_argument("--case", action="append", help="part of a case's name; repeatable")
    parser.add_argument("--relay", help="HOST:PORT of another SMTP server")
    parser.add_argument("--accept-log", type=Path, help="that server's log")
    asked = parser.parse_args(arguments)
    reports = _stack_reports(asked)
    for case in _cases(asked):
        report = run(
            case,
            audience=asked.audience,
            relay=asked.relay,
            accept_log=asked.accept_log,
        )
        reports.append(report)
        sys.stderr.write(f"{'ok  ' if report.is_good() else 'FAIL'} {asdict(report)}\n")
    if asked.json:
        sys.stdout.write(json.dumps({"cases": [asdict(report) for report in reports]}) + "\n")
    return 0 if all(report.is_good() for report in reports) else 1


def _stack_reports(asked: argparse.Namespace) -> list[Report]:
    """What became of an installation whose processes were killed one by one; it sends nothing."""
    if asked.relay is not None or not _is_named(STACK, asked.case):
        return []
    reports = []
    with tempfile.TemporaryDirectory(prefix="syndicate-kills-") as folder:
        for name, seconds in stack_kills.every(Path(folder) / "data"):
            name = f"{STACK}{name} killed"  # noqa: PLW2901 - the same in whole words
            reports.append(Report(name, 0, None, None, None, 0, 0, 1, 0, round(seconds, 2)))
            good = "ok  " if reports[-1].is_good() else "FAIL"
            sys.stderr.write(f"{good} {asdict(reports[-1])}\n")
    return reports


def _is_named(name: str, parts: Sequence[str] | None) -> bool:
    return not parts or any(part in name for part in parts)


def _cases(asked: argparse.Namespace) -> list[Case]:
    chosen = [case for case in (*LONG, *SHORT) if _is_asked(case, asked.case)]
    if asked.relay is None:
        return chosen
    has_log = asked.accept_log is not None
    fitted = (for_relay(case, has_log=has_log) for case in chosen)
    return [case for case in fitted if case is not None]


def _is_asked(case: Case, parts: Sequence[str] | None) -> bool:
    if not parts:
        return case in LONG
    return any(part in case.name for part in parts)


if __name__ == "__main__":
    sys.exit(main())
