"""Twenty minutes of a newsroom's work with a fault a minute, and whether everything held.

    python -m tests.faults.soak [--json] [--minutes 20] [--readers 100000] [--fault NAME …]

Needs root (a disk of its own is mounted), a C compiler (the clock) and strace (the slow disk).
What the processes wrote stands in `build/soak` afterwards.
"""

import argparse
import datetime as dt
import json
import os
import random
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from syndicate import clock
from tests.collect import site as sites
from tests.faults.soak import newsroom
from tests.faults.soak.answers import Asker
from tests.faults.soak.bells import Bells
from tests.faults.soak.counting import count
from tests.faults.soak.house import House
from tests.faults.soak.load import Load
from tests.faults.soak.memory import Memory
from tests.faults.soak.troubles import LAST, TROUBLES, Trouble

MAILINGS = 5
_ALERT_READERS = 500
_FIRST_STORIES = 12
_SETTLING_S = 900.0
# An alert a minute is more than a newsroom sends: none shall be held for an editor.
_SETTINGS = {"SYNDICATE_ALERTS_PER_HOUR": "1000", "SYNDICATE_ALERTS_PER_DAY": "1000"}
_GRACE_S = 5.0


@dataclass
class Plan:
    """What is asked of a soak."""

    minutes: float = 20.0
    readers: int = 100_000
    pages_a_second: float = 50.0
    faults: list[str] = field(default_factory=list)
    seed: int = 1


@dataclass
class Happened:
    """One fault as it was; seconds of the soak."""

    name: str
    at: float
    took: float
    error: str = ""


class Soak:
    """One soak, from an empty folder to its report."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.chance = random.Random(plan.seed)  # noqa: S311 - chance, not secrecy
        self.happened: list[Happened] = []
        self.memory = Memory()
        self.bells = Bells()
        self.spans: list[tuple[Trouble, float, float]] = []

    def run(self) -> dict[str, Any]:
        """All of it; what `--json` prints."""
        folder = Path(tempfile.mkdtemp(prefix="syndicate-soak-", dir="/tmp"))
        folder.chmod(0o755)
        # Enough that mail goes out nearly all the time.
        mails = self.plan.readers + _ALERT_READERS * self.plan.minutes
        pace = mails / (self.plan.minutes * 60 * 0.65)
        try:
            with sites.running() as site:
                settings = _SETTINGS | dict(self.bells.listen(site))
                with House(folder, pace=f"{pace:.0f}/s 4", more_env=settings) as house:
                    return self._run(house, site)
        finally:
            keep = Path("build") / "soak"
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(folder, keep, ignore=shutil.ignore_patterns("disk", "kept"))
            shutil.rmtree(folder, ignore_errors=True)

    def _run(self, house: House, site: sites.Site) -> dict[str, Any]:
        house.wait_until_up()
        load = self._open(house, site)
        load.start()
        self.began = load.tally.began
        try:
            self._trouble(house, load)
        finally:
            load.stop()
        settled_s = self._settle(house)
        load.open_mails()
        shutil.copytree(house.data_dir / "logs", house.folder / "logs")
        return self._report(house, load, settled_s)

    def _open(self, house: House, site: sites.Site) -> Load:
        """A newsroom with its readers and first stories, before the clock of the soak runs."""
        secret = house.folder / "cms-token"
        secret.write_text(secrets.token_hex(32))
        secret.chmod(0o600)
        site.serve("/feed", "<rss version='2.0'><channel><title>The agency</title></channel></rss>")
        each = self.plan.readers // MAILINGS
        lists = {slug: newsroom.readers_of(slug, each) for slug in newsroom.digests(MAILINGS)}
        lists[newsroom.ALERTS] = newsroom.readers_of(newsroom.ALERTS, _ALERT_READERS)
        # Set up with slots that are far away; the true ones follow when all readers are there.
        far = [clock.now() + dt.timedelta(hours=9)] * MAILINGS
        self._set_up(house, site, far, secret)
        for slug, text in lists.items():
            wanted = ("--newsletter", slug, "--wording", newsroom.WORDING)
            house.says("subscribers", "import", "-", *wanted, given=text)
        token = self._token(house)
        load = Load(house, token, site, pages_a_second=self.plan.pages_a_second)
        asker = Asker(house.url)
        for number in range(_FIRST_STORIES):
            load.push(asker, 1_000_000 + number)
        gap_s = self.plan.minutes * 60 * 0.7 / MAILINGS
        first = clock.now() + dt.timedelta(seconds=90)
        slots = [first + dt.timedelta(seconds=gap_s * each) for each in range(MAILINGS)]
        self._set_up(house, site, slots, secret)
        return load

    def _set_up(
        self, house: House, site: sites.Site, slots: list[dt.datetime], secret: Path
    ) -> None:
        file = house.folder / "newsroom.toml"
        file.write_text(
            newsroom.as_toml(slots, feed=site.url("/feed"), origin=site.origin, secret=secret)
        )
        house.says("setup", str(file))

    def _token(self, house: House) -> str:
        return str(house.json_of("tokens", "add", "soak", "--role", "admin")["token"])

    def _trouble(self, house: House, load: Load) -> None:
        """A fault a minute until the time is over; in between the machine is looked after."""
        order = self._order()
        end = self.began + self.plan.minutes * 60
        due = self.began + 60
        worker = _Background()
        while time.monotonic() < end:
            house.tend()
            self.memory.look(self._watched(house))
            if load.errors:
                break
            if time.monotonic() >= due and order and worker.is_idle():
                trouble = order.pop(0)
                due += 60
                worker.do(partial(self._happen, house, trouble))
            time.sleep(0.25)
        while not worker.is_idle():
            house.tend()
            time.sleep(0.25)

    def _order(self) -> list[Trouble]:
        wanted = [each for each in TROUBLES if self._is_asked(each)]
        self.chance.shuffle(wanted)
        number = max(1, int(self.plan.minutes) - 1)
        chosen = wanted[: number - 1] if self._is_asked(LAST) else wanted[:number]
        return [*chosen, LAST] if self._is_asked(LAST) else chosen

    def _is_asked(self, trouble: Trouble) -> bool:
        return not self.plan.faults or any(part in trouble.name for part in self.plan.faults)

    def _happen(self, house: House, trouble: Trouble) -> None:
        began = time.monotonic()
        sys.stderr.write(f"{began - self.began:7.1f} s  {trouble.name}\n")
        error = ""
        try:
            trouble.happen(house)
        except Exception as fault:  # noqa: BLE001 - told in the report, which is not good then
            error = repr(fault)
        now = time.monotonic()
        self.spans.append((trouble, began, now))
        self.happened.append(
            Happened(trouble.name, round(began - self.began, 1), round(now - began, 1), error)
        )

    def _watched(self, house: House) -> dict[str, int]:
        found = dict(house.processes())
        if house.up is not None:
            found["up"] = house.up.pid
        return found

    def _settle(self, house: House) -> float:
        """Wait until nothing is open any more; how many seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < _SETTLING_S:
            house.tend()
            try:
                [(left,)] = house.rows("SELECT count(*) FROM mailing WHERE state <> 'done'")
            except Exception as error:  # noqa: BLE001 - it is away for a moment; asked again
                sys.stderr.write(f"asked again: {error!r}\n")
                left = 1
            if not left:
                break
            time.sleep(1)
        return round(time.monotonic() - began, 1)

    def _report(self, house: House, load: Load, settled_s: float) -> dict[str, Any]:
        digests = newsroom.digests(MAILINGS)
        counted = count(house, digests=digests, readers=self.plan.readers // MAILINGS)
        memory = self.memory.report()
        unexplained = [each for each in load.tally.troubles if not self._is_explained(each[0])]
        took = sorted(load.tally.took)
        work = self._work(house, load)
        bells = self.bells.report(self.spans, began=self.began)
        report = {
            "minutes": self.plan.minutes,
            "faults": [asdict(each) for each in self.happened],
            "count": asdict(counted),
            "pages": {
                "asked": len(took),
                "statuses": {str(k): v for k, v in sorted(load.tally.statuses.items())},
                "p50_s": round(took[len(took) // 2], 3),
                "p99_s": round(took[len(took) * 99 // 100], 3),
                "troubles": len(load.tally.troubles),
                "unexplained": unexplained[:20],
            },
            "work": work,
            "bells": bells,
            "alerts_s": self._alerts_s(house),
            "memory": memory,
            "settled_s": settled_s,
            "starts": house.starts,
            "log_mb": round(_size(house.data_dir / "logs") / 1e6, 1),
            "errors": load.errors,
        }
        report["is_good"] = (
            counted.is_good()
            and not unexplained
            and not load.errors
            and bells["is_good"]
            and all(each["is_flat"] for each in memory.values())
            and all(each["expected"] == each["found"] for each in work.values())
            and not any(each.error for each in self.happened)
        )
        return report

    def _is_explained(self, at: float) -> bool:
        hides = {each.name: each.hides for each in (*TROUBLES, LAST)}
        return any(
            each.at - 1 <= at <= each.at + each.took + hides[each.name] + _GRACE_S
            for each in self.happened
            if hides[each.name]
        )

    def _work(self, house: House, load: Load) -> dict[str, dict[str, int]]:
        """What was asked for beside digests, and what came of it."""

        def number(query: str, *values: object) -> int:
            return int(house.rows(query, *values)[0][0])

        subscribed = (
            "SELECT count(*) FROM subscription s JOIN newsletter n ON n.id = s.newsletter_id "
            "WHERE n.slug = %s AND s.state = 'active'"
        )
        agency = "SELECT count(*) FROM article WHERE url LIKE 'https://agency.example/%%'"
        pushed = "SELECT count(*) FROM article WHERE url LIKE 'https://courier.example/%%'"
        bounced = (
            "SELECT count(DISTINCT r.address) FROM recipient r "
            "JOIN suppression s ON s.address_hash = r.address_hash WHERE s.reason = 'bounce'"
        )
        alerts = "SELECT count(*) FROM mailing m JOIN newsletter n ON n.id = m.newsletter_id"
        return {
            "sign_ups": {
                "expected": len(set(load.confirmed)),
                "found": number(subscribed, newsroom.SIGN_UPS),
            },
            "confirmations": {"expected": len(load.asked), "found": len(set(load.confirmed))},
            "agency": {"expected": load.agency, "found": number(agency)},
            "pushed": {"expected": len(load.pushed), "found": number(pushed)},
            "bounces": {"expected": len(load.bounced), "found": number(bounced)},
            "alerts": {
                "expected": len(load.alerts),
                "found": number(f"{alerts} WHERE n.slug = %s", newsroom.ALERTS),
            },
        }

    def _alerts_s(self, house: House) -> dict[str, float]:
        """From an alert's being asked for to its last reader."""
        rows = house.rows(
            "SELECT extract(epoch FROM m.done_at - m.created_at)::float FROM mailing m "
            "WHERE m.kind = 'alert' AND m.done_at > m.created_at ORDER BY 1"
        )
        took = [float(each) for (each,) in rows] or [0.0]
        return {"median": round(took[len(took) // 2], 1), "longest": round(took[-1], 1)}


class _Background:
    """One thing at a time beside the loop that looks after the machine."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def is_idle(self) -> bool:
        return self._thread is None or not self._thread.is_alive()

    def do(self, work: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()


def _lacking() -> list[str]:
    """What this machine lacks for it, with how to get it."""
    programs = {"cc": "gcc", "strace": "strace", "mount": "mount"}
    lacks = [
        f"{program} (apt-get install {package})"
        for program, package in programs.items()
        if shutil.which(program) is None
    ]
    return lacks if os.geteuid() == 0 else [*lacks, "root, to mount a disk of its own"]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*"))


def main() -> int:
    """Read the command line, run it, print what came of it."""
    parser = argparse.ArgumentParser(description="A newsroom's work while things die.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=Plan.minutes)
    parser.add_argument("--readers", type=int, default=Plan.readers)
    parser.add_argument("--pages", type=float, default=Plan.pages_a_second)
    parser.add_argument("--fault", action="append", help="part of a fault's name; repeatable")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if lacks := _lacking():
        sys.stderr.write(f"The soak needs {' and '.join(lacks)}.\n")
        return 3
    plan = Plan(asked.minutes, asked.readers, asked.pages, asked.fault or [], asked.seed)
    report = Soak(plan).run()
    text = json.dumps(report) if asked.json else json.dumps(report, indent=2)
    sys.stdout.write(f"{text}\n")
    return 0 if report["is_good"] else 1


if __name__ == "__main__":
    sys.exit(main())
