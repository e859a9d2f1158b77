"""Whether everything that was promised came true: our ledger against what the relay wrote down."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syndicate.vocabulary.sending import DeliveryState
from tests.faults.soak import newsroom
from tests.faults.soak.house import House

_DELIVERIES = """
    SELECT m.id, coalesce(n.slug, m.message), m.state, r.address, d.state
    FROM delivery d
    JOIN mailing m ON m.id = d.mailing_id
    JOIN recipient r ON r.id = d.recipient_id
    LEFT JOIN newsletter n ON n.id = m.newsletter_id
"""
_ISSUES = """
    SELECT n.slug, i.state, i.slot || coalesce(' ' || i.note, '')
    FROM issue i
    JOIN newsletter n ON n.id = i.newsletter_id
    WHERE n.kind = 'digest'
    ORDER BY i.id
"""
_SHOWN = 5


@dataclass
class Count:
    """What was found; every number but the first two should be nought.

    Attributes:
        accepted: deliveries that the ledger calls accepted.
        taken: messages that the relay wrote down.
        lost: accepted, and the relay has none.
        doubled: messages beyond the one that a delivery is.
        open: deliveries that are still to be attempted.
        unknown: deliveries that nobody knows of whether they arrived.
        forgotten: readers of a digest that no delivery was made for.
        samples: some of those addresses, by what is wrong.
    """

    accepted: int = 0
    taken: int = 0
    lost: int = 0
    doubled: int = 0
    open: int = 0
    unknown: int = 0
    forgotten: int = 0
    issues: list[str] = field(default_factory=list)
    states: dict[str, dict[str, int]] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def is_good(self) -> bool:
        """Whether nobody was lost, doubled or left open."""
        return not (self.lost or self.doubled or self.open or self.unknown or self.forgotten)


def taken_by(folder: Path) -> Counter[str]:
    """How many messages the relay took for each reader."""
    lines = (folder / "accept.log").read_text().splitlines()
    counted = Counter(str(json.loads(line)["rcpt"][0]) for line in lines if line.endswith("}"))
    counted.pop(newsroom.OPERATOR, None)  # what rings is mailed past the ledger
    return counted


def count(house: House, *, digests: Sequence[str], readers: int) -> Count:
    """Compare the whole ledger with the relay's log."""
    found = Count()
    taken = taken_by(house.sink_dir)
    found.taken = taken.total()
    sent: Counter[str] = Counter()
    of_digest: Counter[str] = Counter()
    states: dict[str, Counter[str]] = {}
    for mailing, name, mailing_state, address, number in house.rows(_DELIVERIES):
        state = DeliveryState(number)
        states.setdefault(f"{mailing:03} {name} {mailing_state}", Counter())[state.name] += 1
        of_digest[str(name)] += 1
        sent[address] += state is DeliveryState.ACCEPTED
        found.open += state in DeliveryState.open()
        found.unknown += state is DeliveryState.AMBIGUOUS
    found.issues = [f"{slug} {slot} {state}" for slug, state, slot in house.rows(_ISSUES)]
    found.states = {name: dict(each) for name, each in _many(states)}
    found.accepted = sent.total()
    missing = {address: times - taken[address] for address, times in sent.items()}
    lost = [address for address, times in missing.items() if times > 0]
    doubled = [address for address, times in taken.items() if times > sent[address]]
    found.lost = sum(missing[address] for address in lost)
    found.doubled = sum(taken[address] - sent[address] for address in doubled)
    found.forgotten = sum(max(0, readers - of_digest[slug]) for slug in digests)
    found.samples = {"lost": lost[:_SHOWN], "doubled": doubled[:_SHOWN]}
    return found


def _many(states: dict[str, Counter[str]]) -> list[tuple[str, Counter[str]]]:
    """Digests and alerts one by one; single messages as one."""
    singles: Counter[str] = Counter()
    found = []
    for name, each in sorted(states.items()):
        if any(slug in name for slug in ("digest-", newsroom.ALERTS)):
            found.append((name, each))
        else:
            singles += each
    return [*found, ("singles", singles)]
