"""Buffers lease releases, so that many unchanged sources are written in one statement."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from syndicate.store.editing import outbox
from syndicate.store.ground.session import transaction
from syndicate.store.intake import source_leases
from syndicate.store.intake.source_leases import Written


@dataclass
class Settling:
    """What waits to be written.

    Attributes:
        unchanged: what fetches learnt that brought nothing new.
        hosts: domains that are free again, each with the moment before which nobody asks it.
        left: (source id, epoch) pairs that were not fetched after all.
        has_news: something was stored that feeds have to be told of.
    """

    unchanged: list[Written] = field(default_factory=list)
    hosts: dict[str, dt.datetime | None] = field(default_factory=dict)
    left: list[tuple[int, int]] = field(default_factory=list)
    has_news: bool = False

    def take(self) -> "Settling":
        """All that waits; from now on nothing does."""
        taken = Settling(self.unchanged, self.hosts, self.left, self.has_news)
        self.unchanged, self.hosts, self.left, self.has_news = [], {}, [], False
        return taken

    def write(self, now: dt.datetime) -> None:
        """Write it, sources before the hosts that they were asked of, and tell feeds of news."""
        if not (self.unchanged or self.hosts or self.left or self.has_news):
            return
        by_columns: dict[tuple[str, ...], list[Written]] = defaultdict(list)
        for each in self.unchanged:
            by_columns[tuple(sorted(each.values))].append(each)
        with transaction() as tx:
            for together in by_columns.values():
                source_leases.finish(tx, together, now)
            source_leases.release(tx, self.left)
            source_leases.release_hosts(tx, self.hosts)
        if self.has_news:
            with transaction() as tx:
                outbox.pass_on(tx, now)
