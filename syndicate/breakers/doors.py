"""Doors through which strangers have us send mail, and when what they ask for leaves.

    within the limits of what is named ─> at once
    beyond them   a network that asked little ─> at once, up to ten times the limit
                  any other                   ─> after the last that waits, one in so many seconds

So a flood of sign-ups becomes a trickle that a mail server and our name can bear, and an operator
has hours to look at it; a reader who asks once is let through. What waits is a mail in the ledger
like any other, only later. Where days of it wait no more is taken from those who asked much.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from syndicate.breakers import known
from syndicate.breakers.rules import Limit
from syndicate.errors import CapReachedError
from syndicate.store.ground.session import Transaction
from syndicate.store.sending import waiting_singles

# So much beyond a limit even those who ask for the first time wait: they are too many.
FAR = 10
MODEST = 2  # in the window of its network's limit


@dataclass(frozen=True)
class Door:
    """A form behind which a mail is sent.

    Attributes:
        scope: of its mails in the ledger.
        paper: the limit of a publication; lifting it lets what waits go.
        network: what counts a network that asks.
        every: of those that wait one leaves in so long.
        longest: so long something waits at most.
    """

    scope: str
    paper: Limit
    network: Limit
    every: dt.timedelta
    longest: dt.timedelta

    def is_modest(self, tx: Transaction, network: str, now: dt.datetime) -> bool:
        """Whether a network has asked for little here; its request of now is counted already."""
        return self.network.used(tx, network, now) <= MODEST

    def refuse_full(
        self, tx: Transaction, publication_id: int, network: str, now: dt.datetime
    ) -> None:
        """Refuse whoever asked much where days of what was asked wait.

        Raises:
            CapReachedError: so it is, and this network asked for more than a little.
        """
        last = waiting_singles.last(tx, publication_id, self.scope, now=now)
        if last is not None and last - now > self.longest and not self.is_modest(tx, network, now):
            raise CapReachedError("Very many people are asking for this. Please try again later.")

    def leaves_at(
        self,
        tx: Transaction,
        named: Sequence[tuple[Limit, str]],
        *,
        publication_id: int,
        network: str,
        now: dt.datetime,
    ) -> dt.datetime | None:
        """When a mail leaves that is about to be queued; counts it.

        Args:
            tx: the open transaction; it holds the counters, so that two get turns of their own.
            named: the limits of what the mail is about, each with its key; the publication's last.
            publication_id: in whose name it is sent.
            network: key of whoever asked.
            now: aware UTC.

        Returns:
            None for at once.
        """
        used = [(limit.use(tx, key, now), limit.most) for limit, key in named]
        if all(each <= most for each, most in used):
            return None
        is_far = any(each > FAR * most for each, most in used)
        if not is_far and self.is_modest(tx, network, now):
            return None
        last = waiting_singles.last(tx, publication_id, self.scope, now=now)
        return max(last or now, now) + self.every


SIGN_UP = Door(
    "confirmation",
    known.SIGN_UPS,
    known.SIGN_UP_NETWORK,
    every=dt.timedelta(seconds=12),  # 300 an hour
    longest=dt.timedelta(days=3),  # a link lasts seven
)
EMAIL_ARTICLE = Door(
    "article",
    known.EMAILED,
    known.EMAIL_ARTICLE_NETWORK,
    every=dt.timedelta(seconds=60),
    longest=dt.timedelta(hours=12),
)
FEEDBACK = Door(
    "feedback",
    known.FED_BACK,
    known.FEEDBACK_NETWORK,
    every=dt.timedelta(seconds=60),
    longest=dt.timedelta(days=1),
)
DOORS = (SIGN_UP, EMAIL_ARTICLE, FEEDBACK)
