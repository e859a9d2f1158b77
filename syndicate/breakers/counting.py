"""Counting a visitor against the limits of an address and of the network around it."""

import datetime as dt
from collections.abc import Sequence

from syndicate.breakers.rules import Counts, Limit
from syndicate.breakers.visitors import Visitor
from syndicate.store.ground.session import Transaction


def take(tx: Transaction, limits: Sequence[Limit], who: Visitor, now: dt.datetime) -> bool:
    """Use one of each limit of a visitor; False when one is used up.

    What an address is refused does not count against its network, or one machine would bar its
    neighbours. Where a network is used up nothing is counted for its addresses, so that however
    many it has, they make no more rows.

    Args:
        tx: the open transaction.
        limits: of addresses and networks.
        who: asks.
        now: aware UTC.
    """
    around = [each for each in limits if each.counts is Counts.NETWORK]
    if any(each.used(tx, who.network, now) >= each.most for each in around):
        return False
    alone = [each.take(tx, who.address, now) for each in limits if each not in around]
    if not all(alone):
        return False
    taken = [each.take(tx, who.network, now) for each in around]
    return all(taken)
