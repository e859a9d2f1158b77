"""How many requests of the hub are under way at once, and whose: so that nobody holds up another.

Requests to callbacks that never answer last as long as we let them. So no asker and no host may
have more than a few under way, and those of whom nothing good is known yet only a part of all: a
callback that answered before finds room, whatever strangers' callbacks do.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from syndicate.store.syndication.hub_turns import Turn

# Whoever asked for no more lately has asked for little.
LITTLE = 20


@dataclass(frozen=True)
class Shares:
    """How many may be under way.

    Attributes:
        most: in all.
        asker: of one asker.
        host: to one host.
        unproven: of those of whom nothing good is known.
        heavy: of those who asked more than `little` lately, and are unproven.
        again: of those that failed before.
        little: see `heavy`.
    """

    most: int
    asker: int
    host: int
    unproven: int
    heavy: int
    again: int
    little: int = LITTLE

    def pick(
        self, turns: Sequence[Turn], under_way: Iterable[Turn], slow: Collection[str] = ()
    ) -> list[Turn]:
        """Those of the turns that may begin now.

        Args:
            turns: what is due, in the order of turns.
            under_way: what was begun and is not over.
            slow: hosts that are called one at a time.
        """
        used: Counter[tuple[str, str]] = Counter()
        for turn in under_way:
            used.update(self._kinds(turn))
        picked = []
        for turn in turns:
            kinds = self._kinds(turn)
            if all(used[kind] < self._most(kind, slow) for kind in kinds):
                used.update(kinds)
                picked.append(turn)
        return picked

    def _kinds(self, turn: Turn) -> list[tuple[str, str]]:
        """What a turn counts as."""
        kinds = [("most", ""), ("asker", turn.asker), ("host", turn.host)]
        if not turn.is_proven:
            kinds.append(("unproven", ""))
            if turn.load > self.little:
                kinds.append(("heavy", ""))
        if turn.is_again:
            kinds.append(("again", ""))
        return kinds

    def _most(self, kind: tuple[str, str], slow: Collection[str]) -> int:
        name, whose = kind
        if name == "host" and whose in slow:
            return 1
        return int(getattr(self, name))


# What an asker has under way is little beside what all have: eight networks of an attacker leave
# room for the ninth, and what asked much never takes the half of it.
VERIFYING = Shares(most=64, asker=8, host=8, unproven=56, heavy=32, again=16)
# A reader in the cloud is one asker with many callbacks, so it has more; dead callbacks, and those
# that were never delivered to, have less than the half.
DELIVERING = Shares(most=64, asker=16, host=8, unproven=24, heavy=24, again=16)
# So many of an asker or a host are looked at, which is all that can begin at once.
EACH = 16
