"""In which order things are made that name each other: each after what it needs. Pure.

asia (needs world), sport, world  ->  world, asia, sport
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from syndicate.errors import InvalidError

Thing = TypeVar("Thing", bound=Hashable)


def in_order(
    needs: Mapping[Thing, Collection[Thing]], circle: Callable[[Sequence[Thing]], InvalidError]
) -> list[Thing]:
    """Things in the order of the mapping, each after those that it needs.

    Args:
        needs: what each thing needs; what is no key is there already.
        circle: the refusal of things that need each other.

    Raises:
        InvalidError: some need each other in a circle.
    """
    ready: dict[Thing, None] = {}
    for first in needs:
        waiting = [first]
        begun = {first}
        while waiting:
            each = waiting[-1]
            lacks = [one for one in needs[each] if one in needs and one not in ready]
            if not lacks:
                ready[each] = None
                waiting.pop()
            elif lacks[0] in begun:
                raise circle(waiting[waiting.index(lacks[0]) :])
            else:
                waiting.append(lacks[0])
                begun.add(lacks[0])
    return list(ready)
